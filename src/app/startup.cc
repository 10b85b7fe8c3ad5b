// SPDX-License-Identifier: MIT
#include "app/startup.h"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "app/development.h"
#include "app/load_config.h"
#include "base/log.h"

namespace outrider::app {
namespace {

std::shared_ptr<const tls::ServerContext> tls_of(const config::Listen& listen, Problems& problems) {
  if (listen.tls.empty()) return nullptr;
  std::vector<tls::CertificateFiles> files;
  for (const config::Certificate& pair : listen.tls) files.push_back({pair.certificate, pair.key});
  auto context = tls::ServerContext::create(files);
  if (context) return std::move(*context);
  problems.add(listen.tls.front().place, context.error().message);
  return nullptr;
}

}  // namespace

Startup prepare(const RunCommand& command, Problems& problems) {
  Startup startup;
  startup.config = std::make_shared<const config::Config>(command.files.empty() ? load_config(command.config)
                                                                                : development_config(command));
  const config::Config& config = *startup.config;
  for (const config::Listen& listen : config.listen) startup.tls.push_back(tls_of(listen, problems));
  if (config.bucket_key.empty()) {
    startup.bucket_key = random_bucket_key();
  } else if (auto key = read_bucket_key(config.bucket_key)) {
    startup.bucket_key = *key;
  } else {
    problems.add({}, key.error().message);
  }
  startup.workers = worker_count(config);
  return startup;
}

std::size_t worker_count(const config::Config& config) {
  if (config.workers > 0) return config.workers;
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof(cores), &cores) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&cores), 1));
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warning("cannot raise the limit of open files");
}

}  // namespace outrider::app
