#pragma once
/// How a descriptor declares what a step was seen to use. Internal to install.

#include <string>
#include <vector>

#include "install/context.hpp"
#include "store/environment_record.hpp"

namespace ck::install {

/// Lines for ck.json, or for CK's meta.json; each can be pasted as it stands, but for what is in
/// angle brackets.
class Declaration {
 public:
  Declaration(bool collective, const Context& context)
      : collective_(collective), context_(context) {}

  std::string of_environment(const store::EnvironmentRecord& record) const;
  /// "package:zlib", or a repository.
  std::string of_component(const std::string& component) const;
  /// "zlib1g-dev 1:1.2.13", by software that is known to be found in its files, else by its name.
  std::string of_package(const std::string& package, const std::vector<fs::path>& files) const;
  /// By its content.
  std::string of_file(const fs::path& file) const;
  std::string of_folder(const std::string& folder) const;

 private:
  std::string dependency(const std::string& name, const std::string& kind,
                         const std::vector<std::string>& tags) const;

  bool collective_;
  const Context& context_;
};

}  // namespace ck::install
