# The OpenGL loader, generated at build time by the distribution's glad (python3-glad), offline: --reproducible takes
# the specification that glad was packaged with instead of fetching the newest.
#
#   striate_glad    library; #include <glad/gl.h>, then gladLoadGL(glfwGetProcAddress) or gladLoadGL(eglGetProcAddress)

# The python3 that comes first in PATH may be a private one without glad.
set(STRIATE_GLAD_PYTHON "" CACHE FILEPATH "A Python 3 that has glad 2")
if(NOT STRIATE_GLAD_PYTHON)
  foreach(python ${Python3_EXECUTABLE} /usr/bin/python3 python3)
    execute_process(COMMAND ${python} -c "import glad; assert int(glad.__version__.split('.')[0]) >= 2"
      RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    if(status STREQUAL "0")
      set(STRIATE_GLAD_PYTHON ${python} CACHE FILEPATH "A Python 3 that has glad 2" FORCE)
      break()
    endif()
  endforeach()
endif()
if(NOT STRIATE_GLAD_PYTHON)
  message(FATAL_ERROR "No Python with glad 2 found. Run scripts/setup.sh, or: apt install python3-glad")
endif()

set(STRIATE_GLAD_FOLDER ${CMAKE_BINARY_DIR}/glad)
file(MAKE_DIRECTORY ${STRIATE_GLAD_FOLDER}/include)
add_custom_command(
  OUTPUT ${STRIATE_GLAD_FOLDER}/src/gl.c ${STRIATE_GLAD_FOLDER}/include/glad/gl.h
  COMMAND ${STRIATE_GLAD_PYTHON} -m glad --quiet --reproducible --api gl:core=3.3
          --extensions GL_KHR_debug --out-path ${STRIATE_GLAD_FOLDER} c
  COMMENT "Generating the OpenGL loader"
  VERBATIM)
add_custom_target(striate_glad_generate DEPENDS ${STRIATE_GLAD_FOLDER}/include/glad/gl.h)
add_library(striate_glad STATIC ${STRIATE_GLAD_FOLDER}/src/gl.c)
add_dependencies(striate_glad striate_glad_generate)
target_include_directories(striate_glad SYSTEM PUBLIC ${STRIATE_GLAD_FOLDER}/include)
target_link_libraries(striate_glad PUBLIC ${CMAKE_DL_LIBS})
