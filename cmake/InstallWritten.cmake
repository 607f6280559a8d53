# Part of cmake --install (StriateInstall.cmake, which sets the variables): files that are written when it is installed.
set(folder $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX})

# The day in the metadata is that of the commit, not of the build: the same commit, the same bytes.
set(STRIATE_DATE "")
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND git log -1 --format=%cs WORKING_DIRECTORY ${STRIATE_SOURCE} OUTPUT_VARIABLE STRIATE_DATE
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT STRIATE_DATE)
  string(TIMESTAMP STRIATE_DATE "%Y-%m-%d" UTC)  # of SOURCE_DATE_EPOCH where that is set
endif()
message(STATUS "Installing: ${folder}/${STRIATE_DATADIR}/metainfo/striate.metainfo.xml")
configure_file(${STRIATE_SOURCE}/cmake/desktop/striate.metainfo.xml.in ${folder}/${STRIATE_DATADIR}/metainfo/striate.metainfo.xml @ONLY)

function(striate_write file)
  execute_process(COMMAND ${STRIATE_PROGRAM} ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text)
  if(NOT status STREQUAL "0")
    message(FATAL_ERROR "${STRIATE_PROGRAM} ${ARGN} ended with ${status}")
  endif()
  message(STATUS "Installing: ${folder}/${file}")
  file(WRITE ${folder}/${file} "${text}")
endfunction()

if(STRIATE_PROGRAM)
  striate_write(${STRIATE_DATADIR}/bash-completion/completions/striate completion bash)
  striate_write(${STRIATE_DATADIR}/zsh/vendor-completions/_striate completion zsh)
  striate_write(${STRIATE_DATADIR}/fish/vendor_completions.d/striate.fish completion fish)
  execute_process(COMMAND ${STRIATE_PROGRAM} manual --names OUTPUT_VARIABLE names)
  string(REGEX MATCHALL "[^\n]*\n" names "${names}")
  foreach(name IN LISTS names)
    string(STRIP "${name}" name)
    string(REPLACE " " ";" words "${name}")
    string(REPLACE " " "-" stem "striate ${name}")
    string(REGEX REPLACE "-$" "" stem "${stem}")
    striate_write(${STRIATE_MANDIR}/man1/${stem}.1 manual ${words})
  endforeach()
endif()
