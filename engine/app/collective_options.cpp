#include "app/collective_options.hpp"

namespace ck::app {

const std::vector<CollectiveOption>& collective_program_options() {
  static const std::vector<CollectiveOption> options{
      {"speed", "", "compile with the compiler's flags for speed (default)"},
      {"size", "", "compile with the compiler's flags for size"},
      {"static", "", "link statically"},
      {"flags", "FLAGS", "flags for the compiler instead of those for speed"},
      {"lflags", "FLAGS", "flags for the linker"},
      {"dataset_uoa", "NAME", "which dataset"},
      {"dataset_file", "FILE", "which file of the dataset"},
      {"compute_platform_id", "N", "the OpenCL platform to compute on (default: the first)"},
      {"compute_device_id", "N", "the OpenCL or CUDA device (default: the first)"},
      {"repeat", "N", "how often the program repeats its work inside one run"},
      {"skip_calibration", "", "repeat once instead of for about 4 s"},
      {"calibration_time", "SECONDS", "how long a calibrated run takes (4)"},
      {"order", "ck", "choose as CK did, by name before version"},
      {"compiler_tags", "A,B", "more tags of the compiler"},
      // How things are here anyway, or of no use.
      {"skip_print_timers", "", ""},
      {"skip_stat_analysis", "", ""},
      {"process_multi_keys", "", ""},
      {"record_repo", "NAME", ""},
      {"skip_freq", "", ""},
      {"no_state_check", "", ""},
      {"cpu_freq", "FREQUENCY", ""},
      {"gpu_freq", "FREQUENCY", ""},
      {"no_platform_features", "", ""},
      {"skip_info_collection", "", ""},
      {"clean", "", ""},
      {"no_compile", "", ""},
      {"record_failed", "", ""},
      {"record_params", "", ""},
      {"record_deps", "", ""},
      {"skip_record_desc", "", ""},
      {"skip_record_pipeline", "", ""},
      {"features_keys_to_process", "KEYS", ""},
      {"iterations", "N", ""},
      {"sleep", "SECONDS", ""},
      {"overwrite", "", ""},
      {"skip_record_raw_results", "", ""},
      {"generate_rnd_tmp_dir", "", ""},
      {"console", "", ""},
      {"out", "con", ""}};
  return options;
}

const std::vector<CollectiveOption>& collective_package_options() {
  static const std::vector<CollectiveOption> options{
      {"or_tags", "A,B;C", "any of these groups of tags"},
      {"j", "N", "how many jobs a build may use"},
      {"reinstall", "", "the same as --rebuild"},
      {"order", "ck", "choose as CK did, by name before version"},
      // Where and how things are installed is the engine's to say.
      {"path", "FOLDER", ""},
      {"install_path", "FOLDER", ""},
      {"extra_path", "NAME", ""},
      {"install_to_env", "", ""},
      {"safe", "", ""},
      {"debug", "", ""},
      {"record_script", "", ""},
      {"reuse_deps", "", ""},
      {"deps_cache", "NAME", ""},
      {"target_os", "NAME", ""},
      {"host_os", "NAME", ""},
      {"ask", "", ""},
      {"default", "", ""},
      {"skip_help", "", ""},
      {"update_deps", "", ""}};
  return options;
}

}  // namespace ck::app
