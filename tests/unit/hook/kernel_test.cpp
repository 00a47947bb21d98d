// The Python side's functions and actions, with the answers that Collective Knowledge 2.6.4 gives.
#include <gtest/gtest.h>

#include "hook_fixture.hpp"
#include "sys/process.hpp"

namespace ck::hook {
namespace {

class Kernel : public HookTest {
 protected:
  /// Runs lines of a hook that end with what they give.
  Json value_of(const std::string& expression, Json input = Json::object()) {
    input["home"] = home.path().native();
    const auto result = result_of(
        "import os\n"
        "def setup(i):\n"
        "  h = i['home']\n"
        "  return {'return': 0, 'value': " +
            expression + "}\n",
        std::move(input));
    return result.result.value("value", Json());
  }
};

TEST_F(Kernel, IsTheGlobalCkToo) {
  result_of("def setup(i):\n  assert ck is i['ck_kernel']\n  return {'return': 0, 'cfg': cfg}\n",
            {{"self_cfg", {{"key", 1}}}});
}

TEST_F(Kernel, ReadsAndWritesText) {
  result_of(
      "import os\n"
      "def setup(i):\n"
      "  save, load = ck.save_text_file, ck.load_text_file\n"
      "  assert save({'text_file': 't', 'string': 'a=b\\r\\nc = \"d e\"\\nx'}) == {'return': 0}\n"
      "  assert save({'text_file': 't', 'string': 'y', 'append': 'yes'}) == {'return': 0}\n"
      "  assert load({'text_file': 't'}) == {'return': 0, 'bin': b'a=b\\nc = \"d e\"\\nxy',\n"
      "                                      'string': 'a=b\\nc = \"d e\"\\nxy'}\n"
      "  assert load({'text_file': 't', 'split_to_list': 'yes'})['lst'] == ['a=b', 'c = \"d e\"', "
      "'xy']\n"
      "  pairs = {'text_file': 't', 'convert_to_dict': 'yes', 'str_split': '='}\n"
      "  assert load(pairs)['dict'] == {'a': 'b', 'c': '\"d e\"'}\n"
      "  assert load(dict(pairs, remove_quotes='yes'))['dict'] == {'a': 'b', 'c': 'd e'}\n"
      "  assert 'string' not in load({'text_file': 't', 'keep_as_bin': 'yes', 'delete_after_read': "
      "'yes'})\n"
      "  assert not os.path.exists('t')\n"
      "  assert load({'text_file': 't'})['return'] == 16\n"
      "  assert save({'text_file': 'no/t', 'string': ''})['return'] == 1\n"
      "  save({'text_file': 'b', 'string': b'\\xff'})\n"
      "  assert load({'text_file': 'b'})['return'] == 1\n"
      "  return {'return': 0}\n");
}

TEST_F(Kernel, ReadsAndWritesJson) {
  result_of(
      "def setup(i):\n"
      "  d = {'b': [1], 'a': 'é'}\n"
      "  assert ck.save_json_to_file({'json_file': 'j', 'dict': d, 'sort_keys': 'yes'})['return'] "
      "== 0\n"
      "  assert open('j', encoding='utf-8').read() == '{\\n  \"a\": \"é\",\\n  \"b\": [\\n    1\\n "
      " ]\\n}\\n'\n"
      "  assert ck.load_json_file({'json_file': 'j'}) == {'return': 0, 'dict': d}\n"
      "  assert ck.load_json_file({'json_file': 'none'})['return'] == 16\n"
      "  ck.save_text_file({'text_file': 'bad', 'string': '{'})\n"
      "  assert ck.load_json_file({'json_file': 'bad'})['return'] == 1\n"
      "  assert ck.save_json_to_file({'json_file': 'j', 'dict': {1, 2}})['return'] == 1\n"
      "  assert ck.dumps_json({'dict': {'b': 1}, 'skip_indent': 'yes'})['string'] == '{\"b\": 1}'\n"
      "  assert ck.convert_json_str_to_dict({'str': \"{'a':'b'}\"})['dict'] == {'a': 'b'}\n"
      "  assert ck.convert_json_str_to_dict({'str': '{'})['return'] == 1\n"
      "  return {'return': 0}\n");
}

TEST_F(Kernel, KnowsFlatKeys) {
  result_of(
      "def setup(i):\n"
      "  nested = {'a': {'b': [5, {'c': 1}]}, 'e': {}, 'f': []}\n"
      "  flat = {'##a#b@0': 5, '##a#b@1#c': 1}\n"
      "  assert ck.flatten_dict({'dict': nested})['dict'] == flat\n"
      "  assert ck.flatten_dict({'dict': nested, 'prune_keys': ['*c']})['dict'] == {'##a#b@1#c': "
      "1}\n"
      "  assert ck.restore_flattened_dict({'dict': flat})['dict'] == {'a': nested['a']}\n"
      "  assert ck.restore_flattened_dict({'dict': {'a': 1}})['return'] == 1\n"
      "  assert ck.get_by_flat_key({'dict': nested, 'key': '##a#b@0'})['value'] == 5\n"
      "  for key in ('##a#x', '##a#b@9', '##a@0', 'a'):\n"
      "    assert ck.get_by_flat_key({'dict': nested, 'key': key}) == {'return': 0, 'value': "
      "None}\n"
      "  made = {}\n"
      "  ck.set_by_flat_key({'dict': made, 'key': '##a#b@2#c', 'value': 3})\n"
      "  assert made == {'a': {'b': [{}, {}, {'c': 3}]}}\n"
      "  same = lambda a, b, **o: ck.compare_flat_dicts(dict(o, dict1=a, dict2=b))['equal']\n"
      "  assert same({'##a': 1}, {'##a': 1}) == 'yes' and same({'##a': 1}, {'##b': 1}) == 'no'\n"
      "  assert same({'##a': 'X'}, {'##a': 'x'}, ignore_case='yes') == 'yes'\n"
      "  assert same({'##a': ''}, {}, space_as_none='yes') == 'yes'\n"
      "  assert same({'##b': 1}, {'##b': 2}, keys_to_ignore=['##b*']) == 'yes'\n"
      "  return {'return': 0}\n");
}

TEST_F(Kernel, MergesAndCompares) {
  result_of(
      "def setup(i):\n"
      "  d = {'a': {'b': [1]}, 'c': 1}\n"
      "  ck.merge_dicts({'dict1': d, 'dict2': {'a': {'b': [2], 'x': 1}, 'c': {'z': 1}}})\n"
      "  assert d == {'a': {'b': [2], 'x': 1}, 'c': {'z': 1}}\n"
      "  ck.merge_dicts({'dict1': d, 'dict2': {'a': {'b': [3]}}, 'append_lists': 'yes'})\n"
      "  assert d['a']['b'] == [2, 3]\n"
      "  holds = lambda a, b, **o: ck.compare_dicts(dict(o, dict1=a, dict2=b))['equal']\n"
      "  assert holds({'a': ['X', 'y'], 'b': 1}, {'a': ['X']}) == 'yes'\n"
      "  assert holds({'a': ['X']}, {'a': ['x']}, ignore_case='yes') == 'no'\n"
      "  assert holds({'a': 'X'}, {'a': 'x'}, ignore_case='yes') == 'yes'\n"
      "  assert holds({'a': {'c': 2}}, {'b': 1}) == 'no'\n"
      "  one, other = {'k': 1}, {}\n"
      "  assert ck.get_from_dicts(one, 'k', '', other, 'x_') == 1 and other == {'x_k': 1}\n"
      "  assert ck.get_from_dicts(one, 'k', 'D', other, 'x_') == 1\n"
      "  assert ck.get_from_dicts(one, 'k', 'D', None) == 'D'\n"
      "  return {'return': 0}\n");
}

TEST_F(Kernel, HasSmallHelpers) {
  result_of(
      "import os\n"
      "def setup(i):\n"
      "  assert ck.safe_int('5', 0) == 5 and ck.safe_int('x', 4) == 4\n"
      "  assert ck.safe_float('1e3', 0) == 1000.0 and ck.safe_float(None, 7) == 7\n"
      "  assert ck.is_uid(ck.gen_uid({})['data_uid']) and not ck.is_uid('xx')\n"
      "  assert ck.is_uoa('a') and not ck.is_uoa('a*') and not ck.is_uoa('#a')\n"
      "  assert sorted(ck.get_current_date_time({})['array'])[0] == 'date_day'\n"
      "  assert ck.get_os_ck({'bits': '32'})['bits'] == '32'\n"
      "  assert ck.parse_cid({'cid': 'r:m:d'}) == {'return': 0, 'repo_uoa': 'r', 'module_uoa': "
      "'m', 'data_uoa': 'd'}\n"
      "  assert ck.parse_cid({'cid': 'd', 'cur_cid': {'module_uoa': 'M'}})['module_uoa'] == 'M'\n"
      "  assert ck.parse_cid({'cid': 'a:b:c:d'})['return'] == 1\n"
      "  assert ck.parse_cid({'cid': '', 'ignore_error': 'yes'}) == {'return': 0}\n"
      "  assert ck.select({'dict': {'b': {'sort': 2}, 'a': {'sort': 3}}})['string'] == 'b'\n"
      "  assert ck.select({'dict': {}})['return'] == 1\n"
      "  name = ck.gen_tmp_file({'prefix': 'tmp-', 'suffix': '.x', 'remove_dir': "
      "'yes'})['file_name']\n"
      "  assert name.startswith('tmp-') and name.endswith('.x') and '/' not in name\n"
      "  assert ck.system_with_timeout({'cmd': 'exit 3'}) == {'return': 0, 'return_code': 3}\n"
      "  assert ck.system_with_timeout({'cmd': 'sleep 9', 'timeout': 0.01})['return'] == 8\n"
      "  open('u', 'wb').write(b'\\xff\\xfe\\xfb')\n"
      "  text = ck.convert_file_to_upload_string({'filename': 'u'})['file_content_base64']\n"
      "  assert text == '__77'\n"
      "  assert ck.convert_upload_string_to_file({'file_content_base64': text, 'filename': 'v.w'}) "
      "== \\\n"
      "      {'return': 0, 'filename': 'v.w', 'filename_ext': '.w'}\n"
      "  assert open('v.w', 'rb').read() == b'\\xff\\xfe\\xfb'\n"
      "  assert ck.convert_file_to_upload_string({'filename': 'none'})['return'] == 16\n"
      "  assert ck.work['dir_local_repo'].startswith(ck.work['dir_repos'])\n"
      "  return {'return': 0}\n");
}

TEST_F(Kernel, ListsAndUnpacksFiles) {
  for (const char* file : {"t/a.txt", "t/s/b.txt", "t/s/.git/x", "t/.cm/meta.json"}) {
    test::write_text(home / file, "123");
  }
  const std::string list = "ck.list_all_files(dict(i['ask'], path=h + '/t'))['list']";
  EXPECT_EQ(value_of(list, {{"ask", Json::object()}}),
            Json({{"a.txt", {{"size", 3}}}, {"s/b.txt", {{"size", 3}}}}));
  EXPECT_EQ(value_of(list, {{"ask", {{"all", "yes"}}}}).size(), 4u);
  EXPECT_EQ(value_of(list, {{"ask", {{"limit", 1}}}}).size(), 1u);
  EXPECT_EQ(value_of(list, {{"ask", {{"ignore_names", {"s"}}}}}).size(), 1u);
  EXPECT_EQ(value_of(list, {{"ask", {{"pattern", "b*"}, {"add_path", "yes"}}}}),
            Json({{"s/b.txt", {{"size", 3}, {"path", (home / "t/s").native()}}}}));
  result_of(
      "import os, zipfile\n"
      "def setup(i):\n"
      "  with zipfile.ZipFile('z.zip', 'w') as archive:\n"
      "    archive.writestr('../out.txt', 'x'); archive.writestr('d/in.txt', 'y')\n"
      "  ck.unzip_file({'archive_file': 'z.zip', 'path': 'unpacked'})\n"
      "  assert os.path.exists('unpacked/d/in.txt') and not os.path.exists('out.txt')\n"
      "  assert ck.delete_directory({'path': 'unpacked'}) == {'return': 0}\n"
      "  assert not os.path.exists('unpacked')\n"
      "  return ck.delete_directory({'path': 'unpacked'})\n");
}

TEST_F(Kernel, LoadsModulesOnce) {
  test::write_text(home / "m" / "mod.py",
                   "inits = []\ndef init(i):\n  inits.append(1)\n"
                   "  return {'return': 0}\ndef who(): return cfg, ck\n");
  test::write_text(home / "m" / "bad.py", "def init(i): return {'return': 3, 'error': 'no'}\n");
  result_of(
      "def setup(i):\n"
      "  ask = {'path': 'm', 'module_code_name': 'mod', 'cfg': {'x': 1}}\n"
      "  code = ck.load_module_from_path(ask)['code']\n"
      "  assert code is ck.load_module_from_path(ask)['code']\n"
      "  assert code.inits == [1] and code.who() == ({'x': 1}, ck)\n"
      "  missing = ck.load_module_from_path(dict(ask, module_code_name='none'))\n"
      "  assert missing['return'] == 1 and missing['error'].startswith(\"can't find module "
      "code\")\n"
      "  return {'return': ck.load_module_from_path(dict(ask, module_code_name='bad'))['return'] - "
      "3}\n");
}

TEST_F(Kernel, WritesExportsOfLibraryPaths) {
  const std::string script =
      "ck.access(dict(i['ask'], action='lib_path_export_script', module_uoa='os'))['script']";
  EXPECT_EQ(value_of(script, {{"ask", {{"lib_path", {"/a", "/b"}}}}}),
            "\nexport LD_LIBRARY_PATH=\"/a\":\"/b\":$LD_LIBRARY_PATH\n"
            "export LIBRARY_PATH=\"/a\":\"/b\":$LIBRARY_PATH\n\n");
  EXPECT_EQ(value_of(script, {{"ask", {{"dynamic_lib_path", "/d"}}},
                              {"host_os_dict", {{"env_ld_library_path", "DYLD"}}}}),
            "\nexport DYLD=\"/d\":$DYLD\n\n");
  EXPECT_EQ(value_of(script, {{"ask", {{"lib_path", ""}}}}), "");
  EXPECT_TRUE(requests.empty());
}

TEST_F(Kernel, RunsCommands) {
  const std::string run = "ck.access(dict(i['ask'], module_uoa='os'))";
  EXPECT_EQ(value_of(run, {{"ask", {{"action", "run_and_get_stdout"}, {"cmd", "echo 'a b'"}}}}),
            Json({{"return", 0}, {"return_code", 0}, {"stdout", "a b\n"}, {"stderr", ""}}));
  EXPECT_EQ(value_of(run, {{"ask", {{"action", "run_and_get_stdout"}, {"cmd", "no-such-program"}}}})
                .value("return", 0),
            1);
  const Json shell = {{"action", "shell"},
                      {"cmd", "echo $A; echo e >&2; exit 3"},
                      {"env", {{"A", "x y"}}},
                      {"split_to_list", "yes"}};
  EXPECT_EQ(value_of(run, {{"ask", shell}}), Json({{"return", 0},
                                                   {"return_code", 3},
                                                   {"target_os_dict", Json::object()},
                                                   {"stdout_lst", {"x y", ""}},
                                                   {"stderr_lst", {"e", ""}}}));
  EXPECT_EQ(value_of("ck.access({'action': 'capture_command_output', 'module_uoa': 'misc', "
                     "'cmd': ['echo', 'q q']})['output_lines']"),
            Json({"q q"}));
  EXPECT_EQ(value_of("ck.access({'action': 'convert_to_cygwin_paths', 'module_uoa': 'os', "
                     "'paths': {'x': 'C:\\\\a'}})['paths']"),
            Json({{"x", "C:/a"}}));
}

TEST_F(Kernel, FindsVersionsAndFiles) {
  test::write_text(home / "s/.spack/spec.yaml", "spec:\n- hdf5:\n    version: 1.8.5\n");
  test::write_text(home / "s/lib/libh.so", "");
  test::write_text(home / "q/libk.settings", "HDF5\n   HDF5 Version: 1.2.3\n");
  const std::string version =
      "ck.access({'action': 'search_version', 'module_uoa': 'soft', 'path': h + i['file']})"
      "['version']";
  EXPECT_EQ(value_of(version, {{"file", "/s/lib/libh.so"}}), "1.8.5");
  EXPECT_EQ(value_of(version, {{"file", "/q/libk.so"}}), "1.2.3");
  EXPECT_EQ(value_of(version, {{"file", "/q/other.so"}}), "");
  EXPECT_EQ(
      value_of("ck.access({'action': 'list_all_files', 'module_uoa': 'soft', 'path': h + '/s', "
               "'pattern': 'lib*', 'recursion_level_max': 1})['list']"),
      Json({(home / "s/lib/libh.so").native()}));
}

TEST_F(Kernel, KnowsTheMachineAndTakesTheFirstChoice) {
  const Json platform = value_of("ck.access({'action': 'detect', 'module_uoa': 'platform.os'})",
                                 {{"host_os_uoa", "linux-64"}, {"host_os_dict", {{"bits", "64"}}}});
  EXPECT_EQ(platform["os_uoa"], "linux-64");
  EXPECT_EQ(platform["os_dict"], Json({{"bits", "64"}}));
  EXPECT_EQ(platform["features"]["os"]["bits"], "64");
  EXPECT_FALSE(platform["features"]["os"]["name"].get<std::string>().empty());
  EXPECT_EQ(value_of("ck.access({'action': 'select_uoa', 'module_uoa': 'choice', "
                     "'choices': [{'data_uid': 'b'}, {'data_uid': 'a'}]})['choice']"),
            "b");
}

TEST_F(Kernel, ComparesNumbers) {
  test::write_text(home / "a", "[1, 2.5, 3]");
  test::write_text(home / "b", "[1, 2.5001, 3]");
  test::write_text(home / "c", "[1]");
  test::write_text(home / "d", "[\"x\"]");
  const std::string compare =
      "ck.access(dict(i['ask'], action='check_numerical', module_uoa='program.output', file1='a'))";
  EXPECT_EQ(value_of(compare, {{"ask", {{"file2", "b"}, {"abs_threshold", "0.01"}}}}),
            Json({{"return", 0}, {"failed", false}}));
  EXPECT_EQ(value_of(compare, {{"ask", {{"file2", "b"}, {"abs_threshold", ""}}}}),
            Json({{"return", 0},
                  {"failed", true},
                  {"fail_reason", "Numerical outputs differ:\n1) 2.5 vs 2.5001\n"}}));
  EXPECT_EQ(value_of(compare, {{"ask", {{"file2", "c"}}}})["fail_reason"],
            "different length of numerical outputs (3 vs 1)");
  EXPECT_EQ(value_of(compare, {{"ask", {{"file2", "d"}}}})["return"], 1);
  EXPECT_EQ(value_of(compare, {{"ask", {{"file2", "e"}}}})["return"], 16);
}

TEST_F(Kernel, RunsFunctionsOfOtherComponents) {
  test::write_text(home / "p" / "custom.py",
                   "def setup(i):\n  i['env']['X'] = 'y'\n"
                   "  return {'return': 0, 'seen': i['ck_kernel'].safe_int('4', 0)}\n");
  reply = {{"return", 0},
           {"path", (home / "p").native()},
           {"dict", {{"sub_scripts", {{"say", {{"cmd", "echo $#ck_path#$; exit 5"}}}}}}}};
  const auto result = result_of(
      "def setup(i):\n"
      "  return ck.access({'action': 'run', 'module_uoa': 'script', 'script_module_uoa': "
      "'package',\n"
      "                    'data_uoa': 'p', 'code': 'custom', 'func': 'setup', 'dict': i})\n",
      {{"env", Json::object()}});
  EXPECT_EQ(result.result, Json({{"return", 0}, {"seen", 4}, {"return_code", 0}}));
  EXPECT_EQ(result.input, Json({{"env", {{"X", "y"}}}}));
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(
      requests[0],
      Json({{"action", "load"}, {"module_uoa", "package"}, {"data_uoa", "p"}, {"repo_uoa", ""}}));
  const std::string run =
      "ck.access(dict(i['ask'], action='run', module_uoa='script', data_uoa='p'))";
  EXPECT_EQ(value_of(run, {{"ask", {{"name", "say"}}}}), Json({{"return", 0}, {"return_code", 5}}));
  EXPECT_EQ(value_of(run, {{"ask", {{"name", "none"}}}})["return"], 1);
  EXPECT_EQ(value_of(run, {{"ask", {{"code", "custom"}, {"func", "none"}}}})["return"], 1);
  EXPECT_EQ(value_of(run, {{"ask", {{"code", "none"}, {"func", "f"}}}})["return"], 1);
  reply = {{"return", 16}, {"error", "not there"}};
  EXPECT_EQ(value_of(run, {{"ask", {{"code", "custom"}}}})["return"], 16);
}

TEST_F(Kernel, TurnsCommandLinesIntoRequests) {
  test::write_text(home / "more.json", "{\"env\": {\"Y\": \"2\"}}");
  value_of("ck.access('run program:a soft:b --env.X=1 -q k=v=w @more.json -- rest of it')");
  value_of("[ck.find_path_to_repo({'repo_uoa': 'r'}), ck.search({'tags': 't'})]");
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0], Json({{"cids", {"soft:b"}},
                               {"action", "run"},
                               {"env.X", "1"},
                               {"q", "yes"},
                               {"k", "v=w"},
                               {"env", {{"Y", "2"}}},
                               {"unparsed", {"rest", "of", "it"}},
                               {"module_uoa", "program"},
                               {"data_uoa", "a"}}));
  EXPECT_EQ(requests[1], Json({{"action", "find"}, {"module_uoa", "repo"}, {"data_uoa", "r"}}));
  EXPECT_EQ(requests[2], Json({{"tags", "t"}, {"action", "search"}, {"common_func", "yes"}}));
  EXPECT_EQ(value_of("ck.access('run program \"')")["return"], 1);
  EXPECT_EQ(value_of("ck.access('run a:b:c:d')")["return"], 1);
}

/// What a script prints that uses the package without the host; `ck` is a program of its own there.
std::string script_output(const fs::path& program, const fs::path& ck, const std::string& code) {
  sys::ProcessSpec spec;
  spec.argv = {"python3", "-B", "-c", "import ck.kernel as ck\n" + code};
  spec.variables = {
      {"PATH", "/usr/bin:/bin"}, {"PYTHONPATH", program.native()}, {"CK_EXECUTABLE", ck.native()}};
  spec.directory = "/";
  const auto result = sys::SystemProcesses().run(spec, {});
  EXPECT_OK(result);
  EXPECT_TRUE(result && result->ok()) << (result ? result->err : "");
  return result ? result->out : "";
}

TEST_F(Kernel, ScriptsAskTheProgramCk) {
  const fs::path program = options().program;
  test::write_text(home / "ck",
                   "#!/bin/sh\necho \"{\\\"return\\\": 0, \\\"verb\\\": \\\"$1\\\", "
                   "\\\"asked\\\": $(cat)}\"\n");
  fs::permissions(home / "ck", fs::perms::owner_all);
  const char* ask = "print(ck.access({'action': 'find', 'module_uoa': 'env'}))\n";
  EXPECT_EQ(script_output(program, home / "ck", ask),
            "{'return': 0, 'verb': 'access', 'asked': {'action': 'find', 'module_uoa': 'env'}}\n");
  EXPECT_EQ(script_output(program, "/bin/false", ask),
            "{'return': 1, 'error': '/bin/false access gave no JSON and ended with 1'}\n");
  EXPECT_EQ(script_output(program, home / "none",
                          "print(ck.access({'action': 'find', 'module_uoa': 'env'})['return'])\n"),
            "1\n");
  EXPECT_EQ(script_output(program, "/bin/false",
                          "print(ck.access({'action': 'convert_to_cygwin_path', "
                          "'module_uoa': 'os', 'path': '/a'})['path'])\n"),
            "/a\n");
}

}  // namespace
}  // namespace ck::hook
