#include "collective/workbench.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/access.hpp"
#include "collective/meta.hpp"
#include "install/commit.hpp"
#include "install/profile.hpp"
#include "install/staging.hpp"
#include "sys/host.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kHostProgram = "hook-host";

/// A kind that is written as the UID of CK's module; the repositories' alias files tell its name.
std::string kind_named(const std::string& kind, const install::Context& context) {
  if (!model::is_uid(kind)) return kind;
  for (const auto& repository : context.repositories) {
    auto alias = sys::read_file(repository.path / ".cm" / ("alias-u-" + kind), 4096);
    if (!alias) continue;
    alias->resize(std::min(alias->find('\n'), alias->size()));
    return std::string(trim(*alias));
  }
  return kind;
}

Result<Platform> platform_of(install::Context& context) {
  const int bits = sizeof(void*) == 8 ? 64 : 32;
  Platform platform = linux_platform(bits);
  const auto described = context.catalog.find({.repo = {}, .kind = "os", .name = platform.name});
  if (!described) return platform;  // our own description serves
  CK_TRY(document, context.catalog.load_document(*described));
  merge(platform.os, document);
  platform.uid = described->id.uid;
  return platform;
}

/// What a profile allows a step bounds each of its hooks too.
std::chrono::milliseconds shorter(std::chrono::milliseconds limit, const model::Profile& profile) {
  if (!profile.limits.timeout_seconds) return limit;
  const std::chrono::duration<double> allowed(*profile.limits.timeout_seconds);
  return allowed < limit ? std::chrono::duration_cast<std::chrono::milliseconds>(allowed) : limit;
}

}  // namespace

Workbench::Workbench(install::Context& context, const model::Profile& profile, Wishes wishes,
                     Platform platform)
    : context_(&context),
      profile_(&profile),
      wishes_(std::move(wishes)),
      platform_(std::move(platform)),
      listings_(context.clock),
      under_way_(std::make_shared<std::vector<std::string>>()) {}

Result<Workbench> Workbench::open(install::Context& context, const model::Profile& profile,
                                  Wishes wishes) {
  CK_TRY(platform, platform_of(context));
  // Its programs stand in for others, with the user's rights too: nobody else's will do.
  catalog::Catalog& shipped = context.shipped != nullptr ? *context.shipped : context.catalog;
  CK_TRY(program,
         shipped.find({.repo = "core", .kind = "script", .name = std::string(kHostProgram)}));
  Workbench bench(context, profile, std::move(wishes), std::move(platform));
  bench.kernel_ = program.path;
  return bench;
}

Result<Workbench> Workbench::another() const {
  CK_TRY(other, open(*context_, *profile_, wishes_));
  other.under_way_ = under_way_;
  return std::move(other);
}

int Workbench::jobs() const {
  if (wishes_.jobs > 0) return wishes_.jobs;
  return install::jobs_of(*context_);
}

Result<Workbench::UnderWay> Workbench::begin(const std::string& what) {
  if (std::ranges::find(*under_way_, what) != under_way_->end()) {
    return fail(ErrorCode::conflict,
                "a circle of dependencies: " + join(*under_way_, " needs ") + " needs " + what);
  }
  under_way_->push_back(what);
  return UnderWay(nullptr, [all = under_way_](void*) { all->pop_back(); });
}

Result<catalog::Component> Workbench::find(const std::string& kind, const std::string& name) {
  CK_TRY(found,
         context_->catalog.find({.repo = {}, .kind = kind_named(kind, *context_), .name = name}));
  used_repositories_.insert(found.id.repo);
  return std::move(found);
}

Result<catalog::Component> Workbench::find_cid(const std::string& cid) {
  const auto parts = split(cid, ':');
  if (parts.size() < 2 || parts.size() > 3)
    return fail(ErrorCode::invalid, "'" + printable(cid) + "' names no entry (MODULE:ENTRY)");
  return find(parts[parts.size() - 2], parts.back());
}

Result<Json> Workbench::document(const catalog::Component& component) {
  return context_->catalog.load_document(component);
}

install::Variables Workbench::step_variables(const fs::path& work) const {
  auto variables = install::profile_variables(*profile_, context_->host_variables, work);
  lead_to_engine(variables);
  return variables;
}

install::Variables Workbench::user_variables() const {
  install::Variables variables = context_->host_variables;
  lead_to_engine(variables);
  return variables;
}

void Workbench::lead_to_engine(install::Variables& variables) const {
  install::set_variable(variables, "CK_HOME", context_->home.root.string());
  install::set_variable(variables, "PYTHONPATH", kernel_.string());
  const auto path =
      std::ranges::find(variables, "PATH", &std::pair<std::string, std::string>::first);
  const std::string rest = path == variables.end() ? std::string() : ":" + path->second;
  install::set_variable(variables, "PATH",
                        (kernel_ / "bin").string() + rest + ":" + (kernel_ / "fallback").string());
  if (!wishes_.executable.empty())
    install::set_variable(variables, "CK_EXECUTABLE", wishes_.executable.string());
}

Result<std::optional<sys::Sandbox>> Workbench::sandbox(install::StepPlaces places) const {
  places.readable.insert(places.readable.end(), wishes_.search_folders.begin(),
                         wishes_.search_folders.end());
  if (!wishes_.executable.empty()) places.files.push_back(wishes_.executable);
  places.collective = true;
  return install::sandbox_of(profile_->isolation, places, *context_);
}

Result<hook::Host*> Workbench::host() {
  if (host_) return host_.get();
  CK_TRY(folder, install::make_staging(context_->home.staging()));
  folder_ = std::make_unique<sys::TemporaryDirectory>(std::move(folder));
  for (const auto* name : {"home", "tmp"}) CK_CHECK(sys::make_directories(folder_->path() / name));
  hook::HostOptions options;
  options.program = kernel_;
  options.variables = step_variables(folder_->path());
  options.directory = folder_->path();
  options.time_limit = shorter(options.time_limit, *profile_);
  CK_TRY(sandbox, this->sandbox({.writable = {folder_->path()}, .readable = {}, .files = {}}));
  options.sandbox = std::move(sandbox);
  auto access = [this](const Json& request) { return answer(request, *this); };
  host_ = std::make_unique<hook::Host>(std::move(options), std::move(access), context_->events);
  return host_.get();
}

bool Workbench::has_hook(const catalog::Component& component, const std::string& file,
                         const std::string& function) const {
  std::error_code missing;
  if (!fs::exists(component.path / file, missing)) return false;
  return hook::Host::defines(component.path / file, function).value_or(false);
}

Result<hook::HookResult> Workbench::call(Call call) {
  CK_TRY(host, this->host());
  Json& input = call.input;
  input["host_os_uoa"] = platform_.name;
  input["host_os_uid"] = platform_.uid;
  input["host_os_dict"] = platform_.os;
  input["target_os_uoa"] = platform_.name;
  input["target_os_uid"] = platform_.uid;
  input["target_os_dict"] = platform_.os;
  input["target_device_id"] = "";
  input["interactive"] = "";
  if (!input.contains("self_cfg")) input["self_cfg"] = Json::object();
  hook::HookCall request;
  request.file = call.component.path / call.file;
  request.function = call.function;
  request.input = std::move(input);
  request.directory = call.directory.empty() ? folder_->path() : call.directory;
  request.variables = std::move(call.variables);
  CK_TRY(seen, sandbox({.writable = {}, .readable = {}, .files = std::move(call.files)}));
  if (seen) request.readable = std::move(seen->readable);
  request.writable = std::move(call.writable);
  auto result = host->call(request, context_->cancel);
  const std::string what = call.component.id.text() + " " + call.file + " " + call.function;
  if (result) {
    hook_uses_.push_back({what, result->file_sha256});
  } else {
    note_hook(what, request.file);
  }
  hook_uses_.back().isolation = host->isolation();
  if (!result) return fail(std::move(result.error()).in(call.component.id.text()));
  const auto complaint = text_at(result->result, "error");
  if (!complaint.empty() && number_at(result->result, "return", 0) == 0)
    context_->events.on(Warning{what + " says: " + printable_lines(shortened(complaint, 500))});
  if (!result->output.empty())
    context_->events.on(
        Note{call.component.id.text() + ": " + printable_lines(shortened(result->output, 2000))});
  return result;
}

void Workbench::note_hook(std::string hook, const fs::path& file) {
  hook_uses_.push_back({std::move(hook), sys::hash_file(file).value_or("")});
}

void Workbench::add_hook_uses(const std::vector<HookUse>& uses) {
  hook_uses_.insert(hook_uses_.end(), uses.begin(), uses.end());
}

void Workbench::keep_hooks(std::size_t begin, store::EnvironmentRecord& record) const {
  if (begin >= hook_uses_.size()) return;
  record.exports.values.emplace_back("hooks",
                                     to_text(to_json(std::span(hook_uses_).subspan(begin))));
}

Json to_json(std::span<const HookUse> uses) {
  Json list = Json::array();
  for (const auto& use : uses) {
    Json one = {{"hook", use.hook}, {"sha256", use.file_sha256}, {"calls", 1}};
    if (use.isolation) one["isolation"] = install::isolation_json(*use.isolation);
    const auto same = std::ranges::find_if(list, [&](Json known) {
      known["calls"] = 1;
      return known == one;
    });
    if (same == list.end()) {
      list.push_back(std::move(one));
    } else {
      (*same)["calls"] = (*same)["calls"].get<int>() + 1;
    }
  }
  return list;
}

}  // namespace ck::collective
