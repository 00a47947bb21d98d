#pragma once
/// Hooks written on the fly and a host that runs them with the Python of this machine.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "hook/host.hpp"
#include "support/temporary_home.hpp"

namespace ck::hook {

class HookTest : public ::testing::Test {
 protected:
  HostOptions options() const {
    HostOptions options;
    options.program = fs::path(CK_SOURCE_DIR) / "components/script/hook-host";
    options.variables = {{"PATH", "/usr/bin:/bin"}, {"OUTER", "outer"}};
    options.directory = home.path();
    return options;
  }

  /// A host that keeps what it is asked and answers with `reply`.
  Host host_with(HostOptions wanted) {
    return Host(
        std::move(wanted),
        [this](const Json& request) {
          requests.push_back(request);
          return reply;
        },
        events);
  }

  HookCall hook(std::string_view code, Json input = Json::object()) const {
    const fs::path file = home / "soft" / "thing" / "customize.py";
    test::write_text(file, code);
    return {file, "setup", std::move(input), home.path(), {}};
  }

  Result<HookResult> run(std::string_view code, Json input = Json::object()) {
    return host.call(hook(code, std::move(input)), {});
  }

  HookResult result_of(std::string_view code, Json input = Json::object()) {
    auto result = run(code, std::move(input));
    EXPECT_OK(result);
    return result ? std::move(*result) : HookResult();
  }

  /// The error of a hook that must fail, context and hints included.
  std::string failure_of(std::string_view code, Json input = Json::object()) {
    const auto result = run(code, std::move(input));
    EXPECT_FALSE(result) << "it should have failed";
    if (result) return {};
    EXPECT_EQ(result.error().code, ErrorCode::program_failed) << result.error().message;
    std::string text = result.error().message;
    for (const auto& place : result.error().context) text += "\n" + place;
    return text;
  }

  /// The host runs the next hook still.
  void expect_alive() {
    EXPECT_EQ(result_of("def setup(i): return {'return': 0, 'alive': 1}\n").result["alive"], 1);
  }

  test::TemporaryHome home;
  test::RecordingEvents events;
  std::vector<Json> requests;
  Json reply = {{"return", 0}};
  Host host = host_with(options());
};

}  // namespace ck::hook
