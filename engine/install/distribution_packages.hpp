#pragma once
/// The distribution's packages: who owns which of many files, and who needs whom. Internal to
/// install.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/path.hpp"

namespace ck::install {

class DistributionPackages {
 public:
  /// Reads `dpkg`/status; without it there are no packages.
  explicit DistributionPackages(const fs::path& dpkg);

  /// The package (name alone) of each file that one has; links must be resolved. Reads the list of
  /// every package once.
  std::map<fs::path, std::string> owners(const std::set<fs::path>& files) const;
  /// Everything that a package put on the machine.
  std::vector<fs::path> files_of(const std::string& package) const;

  /// These and all that they need, or recommend too as far as it is installed.
  std::set<std::string> with_needs(const std::set<std::string>& packages, bool recommended) const;
  /// What no installation is without.
  std::set<std::string> base() const;
  /// Empty for one that is not installed.
  std::string version(const std::string& package) const;

 private:
  struct Package {
    std::string version;
    bool essential = false;
    std::vector<std::string> needs;
    std::vector<std::string> recommends;
  };
  void read_paragraph(std::string_view paragraph);

  fs::path info_;
  std::map<std::string, Package> packages_;
  std::map<std::string, std::string> providers_;  ///< virtual package -> one that provides it
};

}  // namespace ck::install
