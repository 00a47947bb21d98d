# A relocatable tree: bin/ck finds lib/ck/ and share/ck/ relative to itself.
include(GNUInstallDirs)

if(TARGET ck)
  install(TARGETS ck RUNTIME DESTINATION bin)
endif()
if(TARGET ck_transfer)
  install(TARGETS ck_transfer LIBRARY DESTINATION lib/ck)
endif()
if(TARGET ck_launch)
  install(TARGETS ck_launch RUNTIME DESTINATION lib/ck)
endif()

# The data folders of this checkout are the repository `core`.
install(FILES ck-repo.json DESTINATION share/ck)
foreach(folder components packages programs environments repos)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${folder})
    install(DIRECTORY ${folder} DESTINATION share/ck USE_SOURCE_PERMISSIONS
      PATTERN "__pycache__" EXCLUDE)
  endif()
endforeach()

# The manual page and the completions come out of the executable's own table of commands.
if(TARGET ck)
  set(ck_texts ${PROJECT_BINARY_DIR}/texts)
  file(MAKE_DIRECTORY ${ck_texts})
  add_custom_command(OUTPUT ${ck_texts}/ck.1 ${ck_texts}/ck.bash ${ck_texts}/_ck ${ck_texts}/ck.fish
    COMMAND ck manual > ${ck_texts}/ck.1
    COMMAND ck completion bash > ${ck_texts}/ck.bash
    COMMAND ck completion zsh > ${ck_texts}/_ck
    COMMAND ck completion fish > ${ck_texts}/ck.fish
    DEPENDS ck VERBATIM)
  add_custom_target(ck_texts ALL DEPENDS ${ck_texts}/ck.1)
  install(FILES ${ck_texts}/ck.1 DESTINATION share/man/man1)
  install(FILES ${ck_texts}/ck.bash DESTINATION share/bash-completion/completions RENAME ck)
  install(FILES ${ck_texts}/_ck DESTINATION share/zsh/site-functions)
  install(FILES ${ck_texts}/ck.fish DESTINATION share/fish/vendor_completions.d)
endif()
install(FILES LICENSE DESTINATION share/doc/ck)

# The build tree has the same shape, so bin/ck and every test find the same things in it:
# there share/ck is the checkout itself.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share)
file(CREATE_LINK ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/share/ck SYMBOLIC)
