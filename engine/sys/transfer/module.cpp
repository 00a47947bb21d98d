#include "sys/transfer/module.hpp"

extern "C" __attribute__((visibility("default"))) unsigned ck_transfer_open(
    unsigned abi, ck::sys::TransferServices* services) {
  if (abi == ck::sys::kTransferAbi) {
    services->git = ck::sys::make_git(services->rewrites);
    services->http = ck::sys::make_http(services->rewrites);
    services->archives = ck::sys::make_archives();
  }
  return ck::sys::kTransferAbi;
}
