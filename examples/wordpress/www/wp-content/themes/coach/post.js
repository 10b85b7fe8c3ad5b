document.querySelector("time").textContent = new Date().toLocaleDateString();
