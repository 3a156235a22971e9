# Fails when PAGE is not what PRINT prints.
execute_process(COMMAND ${PRINT} OUTPUT_VARIABLE printed RESULT_VARIABLE result)
file(READ ${PAGE} page)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PRINT} failed")
elseif(NOT printed STREQUAL page)
  message(FATAL_ERROR "${PAGE} is stale; renew it by\n  ${PRINT} > ${PAGE}")
endif()
