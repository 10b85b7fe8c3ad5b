document.querySelector("h1").title = "This script was hinted ahead of the page.";
