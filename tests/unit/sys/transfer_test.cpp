#include "sys/transfer.hpp"

#include <gtest/gtest.h>

#include "support/command.hpp"
#include "support/temporary_home.hpp"

namespace ck::test {
namespace {

TEST(Transfer, LoadsTheModule) {
  const auto transfer = sys::make_transfer(CK_TRANSFER_MODULE);
  ASSERT_OK(transfer->git());
  ASSERT_OK(transfer->http());
  ASSERT_OK(transfer->archives());
  EXPECT_EQ(*transfer->git(), *transfer->git()) << "loaded once";
}

TEST(Transfer, SaysWhichFileIsMissing) {
  const auto transfer = sys::make_transfer("/no/such/ck-transfer.so");
  EXPECT_ERROR(transfer->git(), unsupported, "/no/such/ck-transfer.so");
  EXPECT_ERROR(transfer->http(), unsupported, "there is no such file");
}

TEST(Transfer, RefusesFilesThatAreNoModule) {
  const TemporaryHome home;
  write_text(home / "text.so", "not a library");
  EXPECT_ERROR(sys::make_transfer(home / "text.so")->git(), unsupported, "cannot be loaded");
}

/// A library made on the spot from one line of C.
fs::path build_library(const TemporaryHome& home, const std::string& source) {
  write_text(home / "other.c", source);
  const auto built =
      run_command({"cc", "-shared", "-fPIC", "-o", "other.so", "other.c"}, home.path());
  EXPECT_EQ(built.code, 0) << built.output;
  return home / "other.so";
}

TEST(Transfer, RefusesAModuleOfAnotherVersion) {
  const TemporaryHome home;
  const fs::path other = build_library(
      home, "unsigned ck_transfer_open(unsigned abi, void* services) { return abi + 1; }\n");
  EXPECT_ERROR(sys::make_transfer(other)->git(), unsupported, "another version");
}

TEST(Transfer, RefusesAnotherLibrary) {
  const TemporaryHome home;
  const fs::path other = build_library(home, "int something_else;\n");
  EXPECT_ERROR(sys::make_transfer(other)->git(), unsupported, "not ck's transfer module");
}

TEST(Transfer, KnowsWhereTheModuleLies) {
  const fs::path module = sys::default_transfer_module();
  EXPECT_EQ(module.filename(), "ck-transfer.so");
  EXPECT_EQ(module.parent_path().filename(), "ck");
  EXPECT_EQ(module.parent_path().parent_path().filename(), "lib");
}

TEST(Transfer, ExportsNothingButItsEntry) {
  if (find_program("nm").empty()) GTEST_SKIP() << "nm is not installed";
  const auto symbols = run_command({"nm", "-D", "--defined-only", CK_TRANSFER_MODULE});
  ASSERT_EQ(symbols.code, 0) << symbols.output;
  EXPECT_NE(symbols.output.find(" T ck_transfer_open"), std::string::npos);
  // Functions and inline functions; sanitizers add data of their own.
  EXPECT_EQ(symbols.output.find(" T _ZN2ck"), std::string::npos) << symbols.output;
  EXPECT_EQ(symbols.output.find(" W _ZN2ck"), std::string::npos) << symbols.output;
}

}  // namespace
}  // namespace ck::test
