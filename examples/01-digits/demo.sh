#!/usr/bin/env bash
# The main job, as examples/01-digits/README.md tells it.
exec "$(dirname "${BASH_SOURCE[0]}")/../run" 01-digits
