# cmake --install BUILD --prefix FOLDER: a folder that can be moved as a whole. The program carries its assets inside
# itself; what is installed beside it is for the desktop, for man and for shells, where these look below a prefix.
# scripts/package.sh makes packages of it.
include(GNUInstallDirs)

install(TARGETS striate RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
if(STRIATE_PACKAGE_LEVELS)
  # Not in CMAKE_INSTALL_LIBDIR: the program finds them from its own place (striate_find_kernels_at_run_time).
  install(DIRECTORY ${STRIATE_KERNEL_FOLDER}/ DESTINATION lib/striate COMPONENT program USE_SOURCE_PERMISSIONS)
endif()

install(FILES cmake/desktop/striate.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT program)
install(FILES cmake/desktop/striate.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages COMPONENT program)
install(FILES cmake/desktop/striate.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps COMPONENT program)

# What is only known when it is installed. Manual pages and completions are what the program itself prints, so that it has
# to run here: none where it was compiled for another machine.
install(CODE "set(STRIATE_SOURCE \"${CMAKE_SOURCE_DIR}\")
set(STRIATE_PROGRAM \"$<$<NOT:$<BOOL:${CMAKE_CROSSCOMPILING}>>:$<TARGET_FILE:striate>>\")
set(STRIATE_MANDIR \"${CMAKE_INSTALL_MANDIR}\")
set(STRIATE_DATADIR \"${CMAKE_INSTALL_DATADIR}\")
set(PROJECT_VERSION \"${PROJECT_VERSION}\")" COMPONENT program)
install(SCRIPT cmake/InstallWritten.cmake COMPONENT program)
