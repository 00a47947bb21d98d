# A relocatable tree: bin/ck finds lib/ck/ and share/ck/ relative to itself.
include(GNUInstallDirs)

if(TARGET ck)
  install(TARGETS ck RUNTIME DESTINATION bin)
endif()
if(TARGET ck_transfer)
  install(TARGETS ck_transfer LIBRARY DESTINATION lib/ck)
endif()

# The data folders of this checkout are the repository `core`.
install(FILES ck-repo.json DESTINATION share/ck)
foreach(folder components packages programs environments repos)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${folder})
    install(DIRECTORY ${folder} DESTINATION share/ck USE_SOURCE_PERMISSIONS
      PATTERN "__pycache__" EXCLUDE)
  endif()
endforeach()

install(FILES docs/ck.1 DESTINATION share/man/man1 OPTIONAL)
install(FILES docs/completions/ck.bash DESTINATION share/bash-completion/completions
  RENAME ck OPTIONAL)
install(FILES docs/completions/_ck DESTINATION share/zsh/site-functions OPTIONAL)
install(FILES docs/completions/ck.fish DESTINATION share/fish/vendor_completions.d OPTIONAL)
install(FILES LICENSE DESTINATION share/doc/ck)

# The build tree has the same shape, so bin/ck and every test find the same things in it:
# there share/ck is the checkout itself.
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share)
file(CREATE_LINK ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/share/ck SYMBOLIC)
