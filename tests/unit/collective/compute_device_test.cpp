#include "collective/compute_device.hpp"

#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

std::string text_of(const std::vector<ComputeDevice>& devices) {
  std::string text;
  for (const auto& one : devices)
    text += "[" + one.platform + "," + one.device + "," + one.name + "]";
  return text;
}

TEST(DevicesIn, AreReadAsTheOriginalsToolsPrintThem) {
  EXPECT_EQ(text_of(devices_in("Platform ID: 0\nDevice ID: 1\nDevice: A: chip\nVendor: V\n\n"
                               "Platform ID: 1\nDevice ID: 0\nDevice: B\nMore: 7\n\n")),
            "[0,1,A: chip][1,0,B]");
  EXPECT_EQ(text_of(devices_in("GPU Device ID: 0\nGPU Name: T4\nGPU compute capability: 7.5\n")),
            "[,0,T4]")
      << "the last needs no empty line";
}

TEST(DevicesIn, OfAnythingElseAreNone) {
  EXPECT_EQ(text_of(devices_in("")), "");
  EXPECT_EQ(text_of(devices_in("no devices\n\nerror: 7\n::\n\n")), "");
  EXPECT_EQ(text_of(devices_in("Platform ID: 0\n\nDevice: X\n")), "");
}

class FindDevice : public WorkbenchTest {
 protected:
  /// The tool as a package: `told` is what it prints, `then` what it does last.
  void tool(const std::string& told, const std::string& then = "true") const {
    repository.entry("soft", "tool.show", R"({"tags": ["tool", "show-opencl-devices"],
        "customize": {"env_prefix": "CK_ENV_TOOL_SHOW_OPENCL_DEVICES"}})");
    repository.file("soft", "tool.show", "customize.py", R"(
def setup(i):
    i['env'][i['customize']['env_prefix'] + '_FULL'] = i['customize']['full_path']
    return {'return': 0, 'bat': ''}
)");
    repository.entry("package", "tool-show", R"({"tags": ["tool", "show-opencl-devices"],
        "soft_uoa": "tool.show", "suggested_path": "show", "process_script": "install",
        "end_full_path": {"linux": "show"}, "customize": {"version": "1.0"}})");
    repository.file("package", "tool-show", "install.sh",
                    "cat > \"$INSTALL_DIR/show\" <<'END'\n#!/bin/sh\nprintf '" + told + "'\n" +
                        then + "\nEND\nchmod +x \"$INSTALL_DIR/show\"\n");
  }

  std::string found(const std::string& kind, const ComputeDevice& wish) {
    const auto tool = device_tool(kind, wish, {}, bench());
    if (!tool) return "error: " + test::text_of(tool.error());
    const auto device = find_device(kind, wish, *tool, bench());
    return device ? text_of(std::vector{*device}) : "error: " + test::text_of(device.error());
  }
};

constexpr const char* kTwo =
    "Platform ID: 0\\nDevice ID: 0\\nDevice: Small\\n\\n"
    "Platform ID: 1\\nDevice ID: 2\\nDevice: Big\\n\\n";

TEST_F(FindDevice, TakesTheFirstThatIsAsWished) {
  tool(kTwo);
  EXPECT_EQ(found("opencl", {}), "[0,0,Small]");
  EXPECT_EQ(found("opencl", {"1", "", ""}), "[1,2,Big]");
  EXPECT_EQ(found("opencl", {"", "2", ""}), "[1,2,Big]");
  EXPECT_EQ(found("opencl", {"0", "", ""}), "[0,0,Small]");
}

TEST_F(FindDevice, ThatIsNotThereIsToldWithThoseThatAre) {
  tool(kTwo);
  const auto text = found("opencl", {"7", "", ""});
  EXPECT_NE(text.find("of platform 7"), std::string::npos) << text;
  EXPECT_NE(text.find("0:0 Small, 1:2 Big"), std::string::npos) << text;
}

TEST_F(FindDevice, WhereThereIsNoneTheToolsWordsAreShown) {
  tool("", "echo 'no driver' >&2; exit 6");
  const auto text = found("opencl", {});
  EXPECT_NE(text.find("there is none here"), std::string::npos) << text;
  EXPECT_NE(text.find("exited with 6"), std::string::npos) << text;
  EXPECT_NE(text.find("no driver"), std::string::npos) << text;
  EXPECT_NE(text.find("--compute_platform_id=N --compute_device_id=N"), std::string::npos) << text;
}

TEST_F(FindDevice, NobodyIsAskedForWhatWasSaid) {
  tool("", "exit 1");
  EXPECT_EQ(found("opencl", {"3", "4", ""}), "[3,4,]");
  EXPECT_EQ(found("cuda", {"", "4", ""}), "[,4,]");
  EXPECT_EQ(found("", {}), "[,,]");
  EXPECT_EQ(found("", {"", "1", ""}), "[,1,]") << "a program may read it without saying so";
  const auto needs = device_needs("opencl", {"3", "4", ""}, bench());
  ASSERT_OK(needs);
  EXPECT_TRUE(needs->empty());
}

TEST_F(FindDevice, WithoutAToolItIsTheFirst) {
  EXPECT_EQ(found("opencl", {}), "[0,0,]");
  EXPECT_EQ(found("opencl", {"1", "", ""}), "[1,0,]");
  EXPECT_EQ(found("cuda", {}), "[,0,]");
}

TEST_F(FindDevice, AnotherKindIsAnError) {
  EXPECT_ERROR(find_device("fpga", {}, {}, bench()), invalid, "fpga");
  EXPECT_ERROR(device_needs("fpga", {}, bench()), invalid, "opencl and cuda");
  EXPECT_ERROR(locked_device_tool("fpga", {}, {}), invalid, "opencl and cuda");
}

TEST_F(FindDevice, ByALockItsToolIsAskedAndNoOther) {
  tool(kTwo);
  const auto chosen = device_tool("opencl", {}, {}, bench());
  ASSERT_OK(chosen);
  ASSERT_EQ(chosen->needs.size(), 1U);
  const auto locked = locked_device_tool("opencl", {}, *chosen);
  ASSERT_OK(locked);
  EXPECT_EQ(locked->ids(), chosen->ids());
  EXPECT_ERROR(locked_device_tool("opencl", {}, {}), not_found, "the lock does not say which");
  EXPECT_ERROR(locked_device_tool("opencl", {"1", "", ""}, {}), not_found,
               "--compute_platform_id=N --compute_device_id=N");
  for (const auto& said :
       {locked_device_tool("opencl", {"1", "2", ""}, *chosen),
        locked_device_tool("cuda", {"", "2", ""}, {}), locked_device_tool("", {}, *chosen)}) {
    ASSERT_OK(said);
    EXPECT_TRUE(said->needs.empty()) << "nobody has to be asked";
  }
}

}  // namespace
}  // namespace ck::collective
