# The layers of engine/, bottom first, and the layers each may use. Single source of truth: the
# build links by this table and tests/style/layers.py checks the includes against it, so keep
# the form `set(ck_uses_<layer> <layer>...)`, one line each. An arrow points to a layer further up
# in this file, never down; hence no cycle.
set(ck_uses_base)
set(ck_uses_sys base)
set(ck_uses_model base)
set(ck_uses_measure base)
set(ck_uses_solve base model)
set(ck_uses_catalog base sys model)
set(ck_uses_store base sys model)
set(ck_uses_hook base sys model)
set(ck_uses_install base sys model solve catalog store)
set(ck_uses_run base sys model measure solve catalog store install)
set(ck_uses_collective base sys model catalog store hook install run)
set(ck_uses_experiment base sys model measure solve catalog store install run collective)
set(ck_uses_app base sys model measure solve catalog store hook install run collective experiment)
set(ck_uses_cli base model app)

set(CK_LAYERS base sys model measure solve catalog store hook install run collective experiment app cli)
