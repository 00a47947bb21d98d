#include "sys/transfer.hpp"

#include <dlfcn.h>

#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

#include "sys/transfer/module.hpp"

namespace ck::sys {
namespace {

static_assert(std::is_same_v<TransferEntry, unsigned (*)(unsigned, TransferServices*)>);

Error load_error(const fs::path& module, const std::string& found) {
  return Error(ErrorCode::unsupported,
               "git, downloads and archives need the module " + module.string() + ", but " + found)
      .hint("install ck again, or build it again: the module lies in ../lib/ck/ from ck's folder");
}

Result<TransferServices> load(const fs::path& module, const std::vector<UrlRewrite>& rewrites) {
  std::error_code ignored;
  if (!fs::exists(module, ignored)) return fail(load_error(module, "there is no such file"));
  // Never closed: the libraries behind it register things that must outlive the last use.
  void* handle = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    return fail(load_error(module, std::string("it cannot be loaded: ") + dlerror()));
  }
  void* symbol = dlsym(handle, kTransferEntry);
  if (symbol == nullptr) return fail(load_error(module, "that file is not ck's transfer module"));
  TransferServices services{rewrites, nullptr, nullptr, nullptr};
  const unsigned abi = reinterpret_cast<TransferEntry>(symbol)(kTransferAbi, &services);
  if (abi != kTransferAbi) {
    return fail(load_error(module, "it is of another version (interface " + std::to_string(abi) +
                                       ", needed " + std::to_string(kTransferAbi) + ")"));
  }
  return services;
}

class ModuleTransfer final : public Transfer {
 public:
  ModuleTransfer(fs::path module, std::vector<UrlRewrite> rewrites)
      : module_(std::move(module)), rewrites_(std::move(rewrites)) {}

  Result<Git*> git() override {
    CK_TRY(services, loaded());
    return services->git.get();
  }
  Result<Http*> http() override {
    CK_TRY(services, loaded());
    return services->http.get();
  }
  Result<Archives*> archives() override {
    CK_TRY(services, loaded());
    return services->archives.get();
  }

 private:
  Result<TransferServices*> loaded() {
    const std::lock_guard guard(mutex_);
    if (!services_) {
      CK_TRY(services, load(module_, rewrites_));
      services_ = std::move(services);
    }
    return &*services_;
  }

  fs::path module_;
  std::vector<UrlRewrite> rewrites_;
  std::mutex mutex_;
  std::optional<TransferServices> services_;
};

}  // namespace

std::unique_ptr<Transfer> make_transfer(fs::path module, std::vector<UrlRewrite> rewrites) {
  return std::make_unique<ModuleTransfer>(std::move(module), std::move(rewrites));
}

fs::path default_transfer_module() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return (program.parent_path().parent_path() / "lib" / "ck" / "ck-transfer.so").lexically_normal();
}

}  // namespace ck::sys
