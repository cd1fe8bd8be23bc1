# SPDX-License-Identifier: BSD-3-Clause
# Runs the demo (DEMO) on a photo of 512×512 (PHOTO) and looks at what it leaves in FOLDER and says.

function(run_demo expected_exit)
  execute_process(
    COMMAND ${DEMO} ${ARGN}
    RESULT_VARIABLE exit
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  if(NOT exit STREQUAL expected_exit)
    message(SEND_ERROR "demo ${ARGN}: exit ${exit}, not ${expected_exit}\n${output}${errors}")
  endif()
  set(output "${output}" PARENT_SCOPE)
  set(errors "${errors}" PARENT_SCOPE)
endfunction()

function(expect text pattern)
  if(NOT text MATCHES "${pattern}")
    message(SEND_ERROR "'${pattern}' is not in:\n${text}")
  endif()
endfunction()

# The pictures: one per kernel, of the photo's size.
file(REMOVE_RECURSE ${FOLDER})
run_demo(0 ${FOLDER}/made/by/the/demo ${PHOTO})
file(GLOB pictures ${FOLDER}/made/by/the/demo/*)
list(LENGTH pictures picture_count)
if(NOT picture_count EQUAL 7)
  message(SEND_ERROR "not one picture for each of 7 kernels: ${pictures}")
endif()
foreach(picture IN LISTS pictures)
  file(READ ${picture} header LIMIT 24 HEX)
  # PNG's signature, then the chunk IHDR, which begins with width and height.
  if(NOT header STREQUAL "89504e470d0a1a0a0000000d494844520000020000000200")
    message(SEND_ERROR "${picture} is no PNG of 512×512")
  endif()
endforeach()

# The table, the folder's name, and the question's known answers.
foreach(
  pattern
  "sobel-x +3×3 +[a-z_]+ "
  "disk:50 +101×101 +[a-z_]+ "
  "predicted"
  "/made/by/the/demo/\n"
  "Keras  Conv2D[^\n]* 0.001124 "
  "convolve2d\\(x, k.T\\) +0.000751 "
  "correlate2d\\(x, k.T\\) +0.001124 +1.40 "
  "correlate2d\\(x, k\\) +0.001124 +same +[0-9.]+ +same")
  expect("${output}" "${pattern}")
endforeach()
if(NOT errors STREQUAL "")
  message(SEND_ERROR "on stderr: ${errors}")
endif()

# What a user can get wrong: one line, and nothing is left behind.
file(REMOVE_RECURSE ${FOLDER})
run_demo(1 ${FOLDER} ${FOLDER}/no_such_photo.png)
expect("${errors}" "^twofold: [^\n]*no_such_photo.png[^\n]*\n$")
if(EXISTS ${FOLDER})
  message(SEND_ERROR "a folder was made for pictures of no photo")
endif()
run_demo(1 ${PHOTO} ${PHOTO})
expect("${errors}" "^twofold: [^\n]*ascent.png[^\n]*\n$")
run_demo(2 --fast)
expect("${errors}" "^twofold: [^\n]*--fast[^\n]*\n$")
run_demo(2 ${FOLDER} ${PHOTO} more)
expect("${errors}" "^twofold: [^\n]*\n$")
