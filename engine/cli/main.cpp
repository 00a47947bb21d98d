#include "cli/cli.hpp"

int main(int argc, char** argv) { return ck::cli::run({argv + 1, argv + argc}); }
