#pragma once
/// Keeping what is used from being collected, and knowing when it was used.

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "catalog/home.hpp"
#include "sys/lock.hpp"

namespace ck::install {

/// The file whose shared lock says that an environment is in use, and whose time says when it was
/// used last.
fs::path use_file(const std::string& id, const catalog::Home& home);
/// The file whose shared lock says that downloads are in use.
fs::path downloads_use_file(const catalog::Home& home);

/// What this process uses, until it ends. May be called by several threads. Whether what is held is
/// there is to be looked at afterwards: it may just have been removed. In a home that cannot be
/// written nothing is held, and nothing removed either.
class EnvironmentUse {
 public:
  void hold(const std::string& id, const catalog::Home& home);
  void hold_downloads(const catalog::Home& home);

 private:
  void hold_file(const fs::path& file);

  std::mutex mutex_;
  std::map<fs::path, sys::FileLock> held_;
};

/// When an environment was used last, by what `hold` left; 0 when it never was.
std::int64_t last_use_ns(const std::string& id, const catalog::Home& home);

}  // namespace ck::install
