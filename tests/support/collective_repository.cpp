#include "support/collective_repository.hpp"

#include "support/component_writer.hpp"
#include "support/git_remote.hpp"
#include "support/temporary_home.hpp"

namespace ck::test {
namespace {

/// The hooks of a tool: the version is the last word of a line, the rest follows from the place.
constexpr std::string_view kToolHooks = R"(import os

def version_cmd(i):
    return {'return': 0, 'cmd': '"' + i['full_path'] + '" ' + i['cmd']}

def parse_version(i):
    for line in i['output']:
        if ' version ' in line:
            return {'return': 0, 'version': line.split()[-1]}
    return {'return': 0, 'version': ''}

def setup(i):
    customize = i['customize']
    env = i['env']
    path = customize.get('full_path', '')
    env[customize['env_prefix']] = os.path.dirname(os.path.dirname(path))
    env['CK_TOOL_EXE'] = path
    customize['path_bin'] = os.path.dirname(path)
    return {'return': 0, 'bat': ''}
)";

constexpr std::string_view kCompilerHooks = R"(import os

def version_cmd(i):
    return {'return': 0, 'cmd': '"' + i['full_path'] + '" -dumpfullversion > $#filename#$'}

def parse_version(i):
    return {'return': 0, 'version': i['output'][0].strip()}

def setup(i):
    env = i['env']
    env['CK_CC'] = i['customize']['full_path']
    env['CK_ENV_COMPILER_CC'] = os.path.dirname(os.path.dirname(i['customize']['full_path']))
    env['CK_OPT_SPEED'] = '-O2'
    env['CK_FLAGS_CREATE_OBJ'] = '-c'
    env['CK_FLAGS_OUTPUT'] = '-o '
    env['CK_OBJ_EXT'] = '.o'
    env['CK_FLAG_PREFIX_INCLUDE'] = '-I'
    env['CK_FLAG_PREFIX_VAR'] = '-D'
    return {'return': 0, 'bat': ''}
)";

constexpr std::string_view kPlainHooks = R"(import os

def setup(i):
    i['env'][i['customize']['env_prefix']] = os.path.dirname(i['customize']['full_path'])
    return {'return': 0, 'bat': ''}
)";

std::string further(const std::string& more) { return more.empty() ? "" : ", " + more; }

/// "a,b" as a JSON array.
std::string array_of(const std::string& words) {
  std::string array = "[";
  std::size_t start = 0;
  while (start <= words.size()) {
    const auto end = std::min(words.find(',', start), words.size());
    array += (array.size() > 1 ? "," : "") + quoted_json(words.substr(start, end - start));
    start = end + 1;
  }
  return array + "]";
}

}  // namespace

CollectiveRepository::CollectiveRepository(fs::path folder, const std::string& name,
                                           const std::string& dict)
    : folder_(std::move(folder)) {
  write_text(folder_ / ".ckr.json", R"({"data_uoa": ")" + name + R"(", "data_alias": ")" + name +
                                        R"(", "data_name": ")" + name + R"(", "data_uid": ")" +
                                        uid_of("ckr:" + name) + R"(", "dict": )" + dict + "}\n");
}

fs::path CollectiveRepository::folder_of(const std::string& kind, const std::string& name) const {
  return folder_ / kind / name;
}

fs::path CollectiveRepository::meta_of(const std::string& kind, const std::string& name) const {
  return folder_of(kind, name) / ".cm/meta.json";
}

void CollectiveRepository::file(const std::string& kind, const std::string& name,
                                const fs::path& relative, std::string_view text) const {
  write_text(folder_of(kind, name) / relative, text);
}

void CollectiveRepository::alias(const std::string& kind, const std::string& name,
                                 const std::string& uid) const {
  write_text(folder_ / ".cm" / ("alias-a-" + kind), uid_of("module:" + kind) + "\n");
  write_text(folder_ / ".cm" / ("alias-u-" + uid_of("module:" + kind)), kind + "\n");
  write_text(folder_ / kind / ".cm" / ("alias-a-" + name), uid + "\n");
  write_text(folder_ / kind / ".cm" / ("alias-u-" + uid), name + "\n");
}

void CollectiveRepository::second_alias(const std::string& kind, const std::string& uid,
                                        const std::string& name) const {
  const fs::path file = folder_ / kind / ".cm" / ("alias-u-" + uid);
  write_text(file, read_text(file) + name + "\n");
}

void CollectiveRepository::entry_with_uid(const std::string& kind, const std::string& name,
                                          const std::string& uid, std::string_view meta) const {
  alias(kind, name, uid);
  write_text(meta_of(kind, name), meta);
  file(kind, name, ".cm/info.json",
       R"({"backup_data_uid": ")" + uid + R"(", "data_name": ")" + name + "\"}\n");
}

void CollectiveRepository::entry(const std::string& kind, const std::string& name,
                                 std::string_view meta) const {
  entry_with_uid(kind, name, uid_of(kind + ":" + name), meta);
}

void CollectiveRepository::nameless(const std::string& kind, const std::string& uid,
                                    std::string_view meta) const {
  write_text(meta_of(kind, uid), meta);
}

void CollectiveRepository::tool(const std::string& name, const std::string& more,
                                const std::string& more_of_customize) const {
  entry("soft", name,
        R"({"soft_name": "The tool )" + name + R"(", "auto_detect": "yes",
      "tags": ["tool", ")" +
            name + R"("],
      "customize": {"env_prefix": "CK_ENV_TOOL", "build_dir_name": ")" +
            name + R"(",
        "limit_recursion_dir_search": {"linux": 2, "win": 2, "macos": 4},
        "soft_file": {"linux": ")" +
            name + R"(", "win": ")" + name + R"(.exe"},
        "soft_version_cmd": {"linux": "--version > $#filename#$"})" +
            further(more_of_customize) + "}" + further(more) + "}");
  file("soft", name, "customize.py", kToolHooks);
}

void CollectiveRepository::compiler() const {
  entry("soft", "compiler.cc", R"({"soft_name": "C compiler", "auto_detect": "yes",
      "tags": ["compiler", "lang-c"],
      "customize": {"env_prefix": "CK_ENV_COMPILER_CC", "build_dir_name": "cc",
        "limit_recursion_dir_search": {"linux": 1}, "soft_file_universal": "gcc"}})");
  file("soft", "compiler.cc", "customize.py", kCompilerHooks);
}

void CollectiveRepository::package(const std::string& name, const std::string& tags,
                                   std::string_view install, const std::string& more,
                                   const std::string& more_of_customize) const {
  entry("soft", name,
        R"({"soft_name": "What )" + name + R"( brings", "auto_detect": "no",
      "tags": )" +
            array_of(tags) + R"(, "customize": {"env_prefix": "CK_ENV_)" + uid_of(name) + R"("}})");
  file("soft", name, "customize.py", kPlainHooks);
  entry("package", name,
        R"({"tags": )" + array_of(tags) + R"(, "soft_uoa": ")" + name + R"(",
      "suggested_path": ")" +
            name + R"(", "process_script": "install",
      "end_full_path": {"linux": "made", "win": "made.exe"},
      "customize": {"version": "1.0")" +
            further(more_of_customize) + "}" + further(more) + "}");
  file("package", name, "install.sh", install);
}

void CollectiveRepository::program(const std::string& name, std::string_view source,
                                   std::string_view commands, const std::string& more) const {
  entry("program", name,
        R"({"program": "yes", "process_in_tmp": "yes", "tags": ["program"],
      "source_files": ["main.c"], "compiler_env": "CK_CC", "target_file": "a",
      "compile_deps": {"compiler": {"local": "yes", "name": "C compiler", "sort": 10,
                                    "tags": "compiler,lang-c"}},
      "run_cmds": )" +
            std::string(commands) + further(more) + "}");
  file("program", name, "main.c", source);
}

void CollectiveRepository::dataset(const std::string& name, const std::string& tags,
                                   const std::string& file_name, std::string_view content) const {
  entry(
      "dataset", name,
      R"({"tags": )" + array_of(tags) + R"(, "dataset_files": [)" + quoted_json(file_name) + "]}");
  file("dataset", name, file_name, content);
}

void CollectiveRepository::commit() const {
  run_git({"init", "-q", "-b", "main"}, folder_);
  run_git({"add", "-A"}, folder_);
  run_git({"commit", "-q", "-m", "all"}, folder_);
}

std::string CollectiveRepository::changes() const {
  return run_git({"status", "--porcelain", "--ignored"}, folder_).output;
}

void write_executable(const fs::path& file, std::string_view text) {
  write_text(file, text);
  fs::permissions(file, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                            fs::perms::others_read | fs::perms::others_exec);
}

void write_tool(const fs::path& file, const std::string& version) {
  write_executable(
      file, "#!/bin/sh\necho \"" + file.filename().string() + " version " + version + "\"\n");
}

}  // namespace ck::test
