#pragma once
/// The machine as Collective Knowledge describes it: the entry os:linux-64 and its like. Host and
/// target are one: nothing is compiled for another machine.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace ck::collective {

struct Platform {
  Json os;           ///< the whole descriptor, passed to hooks as host_os_dict and target_os_dict
  std::string name;  ///< "linux-64"
  std::string uid;   ///< "4258b5fe54828a50"

  std::string ck_name() const;   ///< "linux": key of per-platform maps
  std::string ck_name2() const;  ///< "linux" ("android" elsewhere)
  std::string bits() const;      ///< "64"
};

/// What CK knows of Linux, for when no repository holds os:linux-64; 64 or 32 bits.
Platform linux_platform(int bits);

/// The value for this platform of a map such as {"linux": …, "win": …}; `key_suffix`es are tried as
/// CK does: ck_name2, then ck_name. Null if there is none.
const Json& for_platform(const Json& map, const Platform& platform);

/// `only_for_host_os_tags`, `only_for_target_os_tags`, `only_for_host_os`, `only_for_target_os` in
/// a package, soft, dependency or program: whether it is meant for this platform.
bool meant_for(const Json& object, const Platform& platform);

/// $#sep#$, $#home#$, $#abi#$, $#processor#$, $#file_ext_X#$, $#host_file_ext_X#$ replaced.
std::string expand_platform_tokens(std::string_view text, const Platform& platform,
                                   std::string_view home);

}  // namespace ck::collective
