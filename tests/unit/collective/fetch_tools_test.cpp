#include "collective/fetch_tools.hpp"

#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

TEST(WgetOrder, TellsFilesAndHeaders) {
  const auto plain = read_wget({"-q", "https://x/a.zip"});
  ASSERT_OK(plain);
  EXPECT_EQ(plain->items[0].file, "a.zip");
  EXPECT_FALSE(plain->names_file);
  const auto order =
      read_wget({"--no-cookies", "-O", "b.zip", "--header=Cookie: a=b", "https://x/a.zip"});
  ASSERT_OK(order);
  EXPECT_EQ(order->items[0].file, "b.zip");
  EXPECT_TRUE(order->names_file);
  EXPECT_EQ(order->headers, std::vector<std::string>{"Cookie: a=b"});
  const auto apart = read_wget({"--header", "X-Y: z", "https://x/a.zip"});
  ASSERT_OK(apart);
  EXPECT_EQ(apart->headers, std::vector<std::string>{"X-Y: z"});
  EXPECT_EQ(apart->items.size(), 1U);
}

TEST(WgetOrder, RefusesWhatIsNoHeader) {
  for (const auto* header : {"--header=x", "--header=: y", "--header=A: b\r\nHost: c"})
    EXPECT_ERROR(read_wget({header, "https://x/a"}), usage, "'Name: value'");
}

TEST(WgetOrder, RefusesHeadersThatMakeAnotherThingOfAUrl) {
  for (const auto* header :
       {"--header=Host: x", "--header=RANGE: bytes=1-", "--header=If-Match: y"})
    EXPECT_ERROR(read_wget({header, "https://x/a"}), denied, "not a package's to set");
}

class FetchTools : public WorkbenchTest {
 protected:
  Status fetch(const std::string& url) {
    std::string out;
    return execute_fetch({{{url, "file"}}, {}, true}, world.folder / "channel", world.folder.path(),
                         world.context(), out);
  }
};

TEST_F(FetchTools, AFileForAnyUrlReplacesOneAlsoFromProcessToProcess) {
  test::write_text(world.folder / "mine", "mine");
  GivenFiles given;
  given.any = (world.folder / "mine").string();
  auto channel = FetchChannel::create(world.folder / "channel", {"package:x", {}, given}, true);
  ASSERT_OK(channel);
  ASSERT_OK(fetch("https://x/1"));
  ASSERT_OK(fetch("https://x/1"));
  EXPECT_EQ(test::read_text(world.folder / "file"), "mine");
  ASSERT_OK(channel->fetched());
  EXPECT_EQ(given.use->url, "https://x/1");
  EXPECT_ERROR(fetch("https://x/2"), usage, "https://x/1 and https://x/2");
  EXPECT_ERROR(channel->fetched(), usage, "https://x/1 and https://x/2");
  EXPECT_TRUE(given.use->refused);
}

}  // namespace
}  // namespace ck::collective
