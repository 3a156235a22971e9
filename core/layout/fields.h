/* Every structure and field of CPython that we read: the one list.
 *
 * It makes the enums, the widths, the validation, `py-info --layout` and the input of
 * the generator that fills tables.inc. To read one more field, add one line here and
 * run the generator (ADDING-A-VERSION.md).
 *
 * HN_STRUCTS: our name, CPython's name as in layout data, group.member of its sizeof in
 *             _Py_DebugOffsets, or ""
 * HN_FIELDS:  struct, our name, width in bytes (0: only its address is used),
 *             CPython's name (alternatives by version, separated by |),
 *             group.member in _Py_DebugOffsets, or ""; "group.member - other" is the
 *             distance from group.other (what is published from another base) */
#ifndef HN_LAYOUT_FIELDS_H
#define HN_LAYOUT_FIELDS_H

#define HN_STRUCTS(X)                                                                \
    X(RUNTIME, "_PyRuntimeState", "runtime_state.size")                              \
    X(INTERP, "PyInterpreterState", "interpreter_state.size")                        \
    X(THREAD, "PyThreadState", "thread_state.size")                                  \
    X(THREADIMPL, "_PyThreadStateImpl", "")                                          \
    X(UNIQUEIDS, "_Py_unique_id_pool", "")                                           \
    X(CFRAME, "_PyCFrame", "")                                                       \
    X(CHUNK, "_PyStackChunk", "")                                                    \
    X(GIL, "_gil_runtime_state", "")                                                 \
    X(GC, "_gc_runtime_state", "gc.size")                                            \
    X(GENERATION, "gc_generation", "")                                               \
    X(FRAMEOBJECT, "PyFrameObject", "")                                              \
    X(FRAME, "_PyInterpreterFrame", "interpreter_frame.size")                        \
    X(CODE, "PyCodeObject", "code_object.size")                                      \
    X(CODEARRAY, "_PyCodeArray", "")                                                 \
    X(GEN, "PyGenObject", "gen_object.size")                                         \
    X(ERRITEM, "_PyErr_StackItem", "")                                               \
    X(EXCEPTION, "PyBaseExceptionObject", "")                                        \
    X(GROUP, "PyBaseExceptionGroupObject", "")                                       \
    X(OSERROR, "PyOSErrorObject", "")                                                \
    X(TRACEBACK, "PyTracebackObject", "")                                            \
    X(OBJECT, "PyObject", "pyobject.size")                                           \
    X(GCHEAD, "PyGC_Head", "")                                                       \
    X(VAR, "PyVarObject", "")                                                        \
    X(TYPE, "PyTypeObject", "type_object.size")                                      \
    X(HEAPTYPE, "PyHeapTypeObject", "heap_type_object.size")                         \
    X(TYPES, "types_state", "")                                                      \
    X(STATICTYPE, "managed_static_type_state", "")                                   \
    X(BUILTINTYPE, "static_builtin_state", "")                                       \
    X(MEMBER, "PyMemberDescrObject", "")                                             \
    X(PROXY, "mappingproxyobject", "")                                               \
    X(INT, "PyLongObject", "long_object.size")                                       \
    X(BYTES, "PyBytesObject", "bytes_object.size")                                   \
    X(ASCII, "PyASCIIObject", "unicode_object.asciiobject_size")                     \
    X(COMPACT, "PyCompactUnicodeObject", "unicode_object.compactunicodeobject_size") \
    X(UNICODE, "PyUnicodeObject", "unicode_object.size")                             \
    X(TUPLE, "PyTupleObject", "tuple_object.size")                                   \
    X(LIST, "PyListObject", "list_object.size")                                      \
    X(DICT, "PyDictObject", "dict_object.size")                                      \
    X(DICTKEYS, "PyDictKeysObject", "")                                              \
    X(DICTVALUES, "PyDictValues", "")                                                \
    X(ODICT, "PyODictObject", "")                                                    \
    X(ODICTNODE, "_ODictNode", "")                                                   \
    X(ARRAY, "arrayobject", "")                                                      \
    X(ARRAYDESCR, "arraydescr", "")                                                  \
    X(DEQUE, "dequeobject", "")                                                      \
    X(DEQUEBLOCK, "BLOCK", "")                                                       \
    X(POOL, "pool_header", "")                                                       \
    X(TRACEMALLOC, "_tracemalloc_runtime_state", "")                                 \
    X(TRACECONFIG, "_PyTraceMalloc_Config", "")                                      \
    X(TRACE, "tracemalloc_trace", "")                                                \
    X(TRACESTACK, "tracemalloc_traceback", "")                                       \
    X(TRACEFRAME, "tracemalloc_frame", "")                                           \
    X(HASHTABLE, "_Py_hashtable_t", "")                                              \
    X(HASHENTRY, "_Py_hashtable_entry_t", "")                                        \
    X(ARENA, "arena_object", "")                                                     \
    X(OBMALLOC, "_obmalloc_state", "")                                               \
    X(GCSTATS, "gc_generation_stats", "")                                            \
    X(GCRINGS, "gc_stats", "")                                                       \
    X(MIPAGE, "mi_page_t", "")                                                       \
    X(MISEGMENT, "mi_segment_t", "")                                                 \
    X(FUNCTION, "PyFunctionObject", "")                                              \
    X(METHOD, "PyMethodObject", "")                                                  \
    X(CELL, "PyCellObject", "")                                                      \
    X(PROPERTY, "propertyobject", "")                                                \
    X(CLASSMETHOD, "classmethod", "")                                                \
    X(STATICMETHOD, "staticmethod", "")                                              \
    X(MODULE, "PyModuleObject", "")                                                  \
    X(MODULEDEF, "PyModuleDef", "")                                                  \
    X(FLOAT, "PyFloatObject", "")                                                    \
    X(COMPLEX, "PyComplexObject", "")                                                \
    X(BYTEARRAY, "PyByteArrayObject", "")                                            \
    X(SET, "PySetObject", "")                                                        \
    X(SETENTRY, "setentry", "")                                                      \
    X(RANGE, "rangeobject", "")                                                      \
    X(SLICE, "PySliceObject", "")                                                    \
    X(CFUNCTION, "PyCFunctionObject", "")                                            \
    X(WRAPPER, "wrapperobject", "")                                                  \
    X(DESCRIPTOR, "PyDescrObject", "")                                               \
    X(PARTIAL, "partialobject", "")                                                  \
    X(LRUCACHE, "lru_cache_object", "")                                              \
    X(CAPSULE, "PyCapsule", "")                                                      \
    X(WEAKREF, "PyWeakReference", "")                                                \
    X(MEMORYVIEW, "PyMemoryViewObject", "")                                          \
    X(UNION, "unionobject", "")                                                      \
    X(ALIAS, "gaobject", "")                                                         \
    X(SUPER, "superobject", "")                                                      \
    X(CONTEXTTOKEN, "PyContextToken", "")                                            \
    X(CONTEXTVAR, "PyContextVar", "")                                                \
    X(STRUCTSEQ, "PyStructSequence", "")                                             \
    X(IMPORTERROR, "PyImportErrorObject", "")                                        \
    X(LAZYIMPORT, "PyLazyImportObject", "")                                          \
    X(MANAGEDBUFFER, "_PyManagedBufferObject", "")                                   \
    X(TASK, "TaskObj", "")                                                           \
    X(FUTURE, "FutureObj", "")                                                       \
    X(FUTUREITER, "futureiterobject", "")                                            \
    X(ASYNCSEND, "PyAsyncGenASend", "")                                              \
    X(ASYNCTHROW, "PyAsyncGenAThrow", "")                                            \
    X(COROWRAPPER, "PyCoroWrapper", "")                                              \
    X(TRYBLOCK, "PyTryBlock", "")                                                    \
    X(LINK, "llist_node", "")                                                        \
    X(LOCK, "lockobject", "")                                                        \
    X(RLOCK, "rlockobject", "")                                                      \
    X(WAITENTRY, "wait_entry", "")                                                   \
    X(SOCKET, "PySocketSockObject", "")                                              \
    X(FILEIO, "fileio", "")                                                          \
    X(BUFFERED, "buffered", "")                                                      \
    X(SEMLOCK, "SemLockObject", "")

#define HN_FIELDS(X)                                                                  \
    X(RUNTIME, INTERPRETERS_HEAD, 8, "interpreters.head",                             \
      "runtime_state.interpreters_head")                                              \
    X(RUNTIME, INTERPRETERS_MAIN, 8, "interpreters.main", "")                         \
    X(RUNTIME, MAIN_THREAD, 8, "main_thread", "")                                     \
    X(RUNTIME, FINALIZING, 8, "_finalizing|finalizing", "runtime_state.finalizing")   \
    X(RUNTIME, GIL, 0, "ceval.gil", "")                                               \
    X(RUNTIME, TSTATE_CURRENT, 8, "gilstate.tstate_current", "")                      \
    X(RUNTIME, GC, 0, "gc", "")                                                       \
    X(RUNTIME, TRACEMALLOC, 0, "tracemalloc", "")                                     \
    X(INTERP, NEXT, 8, "next", "interpreter_state.next")                              \
    X(INTERP, ID, 8, "id", "interpreter_state.id")                                    \
    X(INTERP, THREADS_HEAD, 8, "threads.head|tstate_head",                            \
      "interpreter_state.threads_head")                                               \
    X(INTERP, MODULES, 8, "modules|imports.modules",                                  \
      "interpreter_state.imports_modules")                                            \
    X(INTERP, SYSDICT, 8, "sysdict", "interpreter_state.sysdict")                     \
    X(INTERP, BUILTINS, 8, "builtins", "interpreter_state.builtins")                  \
    X(INTERP, GC, 0, "gc", "interpreter_state.gc")                                    \
    X(INTERP, TYPES, 0, "types", "")                                                  \
    X(INTERP, OBMALLOC, 0, "obmalloc", "")                                            \
    X(INTERP, GIL, 8, "ceval.gil", "interpreter_state.ceval_gil")                     \
    X(INTERP, OWN_GIL, 0, "_gil", "interpreter_state.gil_runtime_state")              \
    X(INTERP, STOP_REQUESTED, 1, "stoptheworld.requested", "")                        \
    X(INTERP, WORLD_STOPPED, 1, "stoptheworld.world_stopped", "")                     \
    X(INTERP, UNIQUE_IDS, 0, "unique_ids", "")                                        \
    X(UNIQUEIDS, TABLE, 8, "table", "")                                               \
    X(UNIQUEIDS, SIZE, 8, "size", "")                                                 \
    X(GIL, ENABLED, 4, "enabled", "interpreter_state.gil_runtime_state_enabled")      \
    X(GIL, LAST_HOLDER, 8, "last_holder",                                             \
      "interpreter_state.gil_runtime_state_holder - gil_runtime_state")               \
    X(GIL, LOCKED, 4, "locked",                                                       \
      "interpreter_state.gil_runtime_state_locked - gil_runtime_state")               \
    X(GIL, SWITCHES, 8, "switch_number", "")                                          \
    X(GC, ENABLED, 4, "enabled", "")                                                  \
    X(GC, GENERATIONS, 0, "generations|young", "")                                    \
    X(GC, COLLECTING, 4, "collecting", "gc.collecting")                               \
    X(GC, PERMANENT, 0, "permanent_generation", "")                                   \
    X(GC, STATS, 0, "generation_stats", "")                                           \
    X(GC, GARBAGE, 8, "garbage", "")                                                  \
    X(GENERATION, THRESHOLD, 4, "threshold", "")                                      \
    X(GENERATION, COUNT, 4, "count", "")                                              \
    X(GCSTATS, COLLECTIONS, 8, "collections", "")                                     \
    X(GCSTATS, COLLECTED, 8, "collected", "")                                         \
    X(GCSTATS, UNCOLLECTABLE, 8, "uncollectable", "")                                 \
    X(GCRINGS, YOUNG, 0, "young.items", "")                                           \
    X(GCRINGS, YOUNG_INDEX, 1, "young.index", "")                                     \
    X(GCRINGS, OLD, 0, "old", "")                                                     \
    X(GCRINGS, SEQUENCE, 4, "update_seq", "")                                         \
    X(THREAD, NEXT, 8, "next", "thread_state.next")                                   \
    X(THREAD, INTERP, 8, "interp", "thread_state.interp")                             \
    X(THREAD, FRAME, 8, "frame", "")                                                  \
    X(THREAD, CFRAME, 8, "cframe", "")                                                \
    X(THREAD, CURRENT_FRAME, 8, "current_frame", "thread_state.current_frame")        \
    X(THREAD, BASE_FRAME, 8, "base_frame", "thread_state.base_frame")                 \
    X(THREAD, THREAD_ID, 8, "thread_id", "thread_state.thread_id")                    \
    X(THREAD, NATIVE_THREAD_ID, 8, "native_thread_id",                                \
      "thread_state.native_thread_id")                                                \
    X(THREAD, ID, 8, "id", "")                                                        \
    X(THREAD, STATUS, 4, "_status", "thread_state.status")                            \
    X(THREAD, STATE, 4, "state", "")                                                  \
    X(THREAD, HOLDS_GIL, 4, "holds_gil", "thread_state.holds_gil")                    \
    X(THREAD, GIL_REQUESTED, 4, "gil_requested", "thread_state.gil_requested")        \
    X(THREAD, DATASTACK_CHUNK, 8, "datastack_chunk", "thread_state.datastack_chunk")  \
    X(THREAD, DATASTACK_TOP, 8, "datastack_top", "")                                  \
    X(THREAD, CURRENT_EXCEPTION, 8, "current_exception",                              \
      "thread_state.current_exception")                                               \
    X(THREAD, RAISED_TYPE, 8, "curexc_type", "")                                      \
    X(THREAD, RAISED_VALUE, 8, "curexc_value", "")                                    \
    X(THREAD, RAISED_TRACEBACK, 8, "curexc_traceback", "")                            \
    X(THREAD, EXC_INFO, 8, "exc_info", "")                                            \
    X(THREADIMPL, REFCOUNTS, 8, "refcounts.values", "")                               \
    X(THREADIMPL, REFCOUNTS_SIZE, 8, "refcounts.size", "")                            \
    X(CFRAME, CURRENT_FRAME, 8, "current_frame", "")                                  \
    X(CFRAME, PREVIOUS, 8, "previous", "")                                            \
    X(CHUNK, PREVIOUS, 8, "previous", "")                                             \
    X(CHUNK, SIZE, 8, "size", "")                                                     \
    X(CHUNK, TOP, 8, "top", "")                                                       \
    X(CHUNK, DATA, 0, "data", "")                                                     \
    X(FRAMEOBJECT, BACK, 8, "f_back", "")                                             \
    X(FRAMEOBJECT, CODE, 8, "f_code", "")                                             \
    X(FRAMEOBJECT, GLOBALS, 8, "f_globals", "")                                       \
    X(FRAMEOBJECT, BUILTINS, 8, "f_builtins", "")                                     \
    X(FRAMEOBJECT, LOCALS, 8, "f_locals", "")                                         \
    X(FRAMEOBJECT, GEN, 8, "f_gen", "")                                               \
    X(FRAMEOBJECT, LASTI, 4, "f_lasti", "")                                           \
    X(FRAMEOBJECT, EXECUTING, 1, "f_executing", "")                                   \
    X(FRAMEOBJECT, STATE, 1, "f_state", "")                                           \
    X(FRAMEOBJECT, LOCALSPLUS, 0, "f_localsplus", "")                                 \
    X(FRAMEOBJECT, FRAME, 8, "f_frame", "")                                           \
    X(FRAMEOBJECT, DATA, 0, "_f_frame_data", "")                                      \
    X(FRAMEOBJECT, VALUESTACK, 8, "f_valuestack", "")                                 \
    X(FRAMEOBJECT, STACKTOP, 8, "f_stacktop", "")                                     \
    X(FRAMEOBJECT, STACKDEPTH, 4, "f_stackdepth", "")                                 \
    X(FRAME, EXECUTABLE, 8, "f_executable|f_code", "interpreter_frame.executable")    \
    X(FRAME, PREVIOUS, 8, "previous", "interpreter_frame.previous")                   \
    X(FRAME, FUNCTION, 8, "f_funcobj|f_func", "")                                     \
    X(FRAME, GLOBALS, 8, "f_globals", "")                                             \
    X(FRAME, BUILTINS, 8, "f_builtins", "")                                           \
    X(FRAME, LOCALS, 8, "f_locals", "")                                               \
    X(FRAME, POSITION, 8, "instr_ptr|prev_instr", "interpreter_frame.instr_ptr")      \
    X(FRAME, TLBC_INDEX, 4, "tlbc_index", "interpreter_frame.tlbc_index")             \
    X(FRAME, IS_ENTRY, 1, "is_entry", "")                                             \
    X(FRAME, OWNER, 1, "owner", "interpreter_frame.owner")                            \
    X(FRAME, STACKTOP, 4, "stacktop", "")                                             \
    X(FRAME, STACKPOINTER, 8, "stackpointer", "interpreter_frame.stackpointer")       \
    X(FRAME, LOCALSPLUS, 0, "localsplus", "interpreter_frame.localsplus")             \
    X(FRAME, OBJECT, 8, "frame_obj", "")                                              \
    X(CODE, ARGCOUNT, 4, "co_argcount", "code_object.argcount")                       \
    X(CODE, KWONLYARGCOUNT, 4, "co_kwonlyargcount", "")                               \
    X(CODE, NLOCALS, 4, "co_nlocals", "")                                             \
    X(CODE, NLOCALSPLUS, 4, "co_nlocalsplus", "")                                     \
    X(CODE, STACKSIZE, 4, "co_stacksize", "")                                         \
    X(CODE, FLAGS, 4, "co_flags", "")                                                 \
    X(CODE, FIRSTLINENO, 4, "co_firstlineno", "code_object.firstlineno")              \
    X(CODE, BYTECODE, 8, "co_code", "")                                               \
    X(CODE, CONSTS, 8, "co_consts", "")                                               \
    X(CODE, CELLVARS, 8, "co_cellvars", "")                                           \
    X(CODE, CELL2ARG, 8, "co_cell2arg", "")                                           \
    X(CODE, VARNAMES, 8, "co_varnames", "")                                           \
    X(CODE, FREEVARS, 8, "co_freevars", "")                                           \
    X(CODE, LOCALSPLUSNAMES, 8, "co_localsplusnames", "code_object.localsplusnames")  \
    X(CODE, LOCALSPLUSKINDS, 8, "co_localspluskinds", "code_object.localspluskinds")  \
    X(CODE, FILENAME, 8, "co_filename", "code_object.filename")                       \
    X(CODE, NAME, 8, "co_name", "code_object.name")                                   \
    X(CODE, QUALNAME, 8, "co_qualname", "code_object.qualname")                       \
    X(CODE, LINETABLE, 8, "co_linetable|co_lnotab", "code_object.linetable")          \
    X(CODE, NAMES, 8, "co_names", "")                                                 \
    X(CODE, ADAPTIVE, 0, "co_code_adaptive", "code_object.co_code_adaptive")          \
    X(CODE, TLBC, 8, "co_tlbc", "code_object.co_tlbc")                                \
    X(CODE, CACHED, 8, "_co_cached", "")                                              \
    X(CODE, UNIQUE_ID, 8, "_co_unique_id", "")                                        \
    X(CODEARRAY, SIZE, 8, "size", "")                                                 \
    X(CODEARRAY, ENTRIES, 0, "entries", "")                                           \
    X(GEN, NAME, 8, "gi_name", "gen_object.gi_name")                                  \
    X(GEN, QUALNAME, 8, "gi_qualname", "")                                            \
    X(GEN, FRAME, 8, "gi_frame", "")                                                  \
    X(GEN, FRAME_STATE, 1, "gi_frame_state", "gen_object.gi_frame_state")             \
    X(GEN, IFRAME, 0, "gi_iframe", "gen_object.gi_iframe")                            \
    X(GEN, EXC_STATE, 0, "gi_exc_state", "")                                          \
    X(ERRITEM, VALUE, 8, "exc_value", "err_stackitem.exc_value")                      \
    X(ERRITEM, PREVIOUS, 8, "previous_item", "")                                      \
    X(EXCEPTION, DICT, 8, "dict", "")                                                 \
    X(EXCEPTION, ARGS, 8, "args", "")                                                 \
    X(EXCEPTION, NOTES, 8, "notes", "")                                               \
    X(EXCEPTION, TRACEBACK, 8, "traceback", "")                                       \
    X(EXCEPTION, CONTEXT, 8, "context", "")                                           \
    X(EXCEPTION, CAUSE, 8, "cause", "")                                               \
    X(EXCEPTION, SUPPRESS_CONTEXT, 1, "suppress_context", "")                         \
    X(GROUP, MESSAGE, 8, "msg", "")                                                   \
    X(GROUP, EXCEPTIONS, 8, "excs", "")                                               \
    X(OSERROR, ERRNO, 8, "myerrno", "")                                               \
    X(OSERROR, STRERROR, 8, "strerror", "")                                           \
    X(OSERROR, FILENAME, 8, "filename", "")                                           \
    X(OSERROR, FILENAME2, 8, "filename2", "")                                         \
    X(TRACEBACK, NEXT, 8, "tb_next", "")                                              \
    X(TRACEBACK, FRAME, 8, "tb_frame", "")                                            \
    X(TRACEBACK, LASTI, 4, "tb_lasti", "")                                            \
    X(TRACEBACK, LINENO, 4, "tb_lineno", "")                                          \
    X(OBJECT, TYPE, 8, "ob_type", "pyobject.ob_type")                                 \
    X(OBJECT, REFCOUNT, 8, "ob_refcnt_full|ob_refcnt", "")                            \
    X(OBJECT, REF_LOCAL, 4, "ob_ref_local", "")                                       \
    X(OBJECT, REF_SHARED, 8, "ob_ref_shared", "")                                     \
    X(OBJECT, GC_BITS, 1, "ob_gc_bits", "")                                           \
    X(GCHEAD, NEXT, 8, "_gc_next", "")                                                \
    X(GCHEAD, PREVIOUS, 8, "_gc_prev", "")                                            \
    X(VAR, SIZE, 8, "ob_size", "tuple_object.ob_size")                                \
    X(TYPE, NAME, 8, "tp_name", "type_object.tp_name")                                \
    X(TYPE, BASICSIZE, 8, "tp_basicsize", "type_object.tp_basicsize")                 \
    X(TYPE, ITEMSIZE, 8, "tp_itemsize", "")                                           \
    X(TYPE, FLAGS, 8, "tp_flags", "type_object.tp_flags")                             \
    X(TYPE, DICTOFFSET, 8, "tp_dictoffset", "type_object.tp_dictoffset")              \
    X(TYPE, DICT, 8, "tp_dict", "")                                                   \
    X(TYPE, BASE, 8, "tp_base", "")                                                   \
    X(TYPE, MEMBERS, 8, "tp_members", "")                                             \
    X(TYPE, REPR, 8, "tp_repr", "")                                                   \
    X(TYPE, MRO, 8, "tp_mro", "")                                                     \
    X(TYPE, BASES, 8, "tp_bases", "")                                                 \
    X(TYPE, SUBCLASSES, 8, "tp_subclasses", "")                                       \
    X(TYPE, WEAKLISTOFFSET, 8, "tp_weaklistoffset", "")                               \
    X(HEAPTYPE, QUALNAME, 8, "ht_qualname", "")                                       \
    X(HEAPTYPE, CACHED_KEYS, 8, "ht_cached_keys", "heap_type_object.ht_cached_keys")  \
    X(HEAPTYPE, SPECIAL_GETITEM, 8, "_spec_cache.getitem", "")                        \
    X(HEAPTYPE, UNIQUE_ID, 8, "unique_id", "")                                        \
    X(TYPES, BUILTINS, 0, "builtins.initialized|builtins", "")                        \
    X(TYPES, EXTENSIONS, 0, "for_extensions.initialized", "")                         \
    X(STATICTYPE, TYPE, 8, "type", "")                                                \
    X(STATICTYPE, DICT, 8, "tp_dict", "")                                             \
    X(BUILTINTYPE, TYPE, 8, "type", "")                                               \
    X(BUILTINTYPE, DICT, 8, "tp_dict", "")                                            \
    X(MEMBER, DEFINITION, 8, "d_member", "")                                          \
    X(PROXY, MAPPING, 8, "mapping", "")                                               \
    X(INT, TAG, 8, "long_value.lv_tag|ob_size|ob_base.ob_size", "long_object.lv_tag") \
    X(INT, DIGIT, 0, "long_value.ob_digit|ob_digit", "long_object.ob_digit")          \
    X(BYTES, VALUE, 0, "ob_sval", "bytes_object.ob_sval")                             \
    X(ASCII, LENGTH, 8, "length", "unicode_object.length")                            \
    X(ASCII, STATE, 4, "state", "unicode_object.state")                               \
    X(ASCII, WSTR, 8, "wstr", "")                                                     \
    X(COMPACT, WSTR_LENGTH, 8, "wstr_length", "")                                     \
    X(COMPACT, UTF8, 8, "utf8", "")                                                   \
    X(COMPACT, UTF8_LENGTH, 8, "utf8_length", "")                                     \
    X(UNICODE, DATA, 8, "data|data.any", "")                                          \
    X(TUPLE, ITEMS, 0, "ob_item", "tuple_object.ob_item")                             \
    X(LIST, ITEMS, 8, "ob_item", "list_object.ob_item")                               \
    X(LIST, ALLOCATED, 8, "allocated", "")                                            \
    X(DICT, USED, 8, "ma_used", "")                                                   \
    X(DICT, WATCHER_TAG, 8, "_ma_watcher_tag", "")                                    \
    X(DICT, KEYS, 8, "ma_keys", "dict_object.ma_keys")                                \
    X(DICT, VALUES, 8, "ma_values", "dict_object.ma_values")                          \
    X(DICTKEYS, SIZE, 8, "dk_size", "")                                               \
    X(DICTKEYS, LOG2_SIZE, 1, "dk_log2_size", "")                                     \
    X(DICTKEYS, LOG2_INDEX_BYTES, 1, "dk_log2_index_bytes", "")                       \
    X(DICTKEYS, KIND, 1, "dk_kind", "")                                               \
    X(DICTKEYS, NENTRIES, 8, "dk_nentries", "")                                       \
    X(DICTKEYS, REFCOUNT, 8, "dk_refcnt", "")                                         \
    X(DICTKEYS, USABLE, 8, "dk_usable", "")                                           \
    X(DICTKEYS, INDICES, 0, "dk_indices", "")                                         \
    X(DICTVALUES, CAPACITY, 1, "capacity", "")                                        \
    X(DICTVALUES, SIZE, 1, "size", "")                                                \
    X(DICTVALUES, VALID, 1, "valid", "")                                              \
    X(DICTVALUES, EMBEDDED, 1, "embedded", "")                                        \
    X(DICTVALUES, VALUES, 0, "values", "")                                            \
    X(ODICT, NODES_SIZE, 8, "od_fast_nodes_size", "")                                 \
    X(ODICT, NODES, 8, "od_fast_nodes", "")                                           \
    X(ODICT, FIRST, 8, "od_first", "")                                                \
    X(ODICTNODE, KEY, 8, "key", "")                                                   \
    X(ODICTNODE, NEXT, 8, "next", "")                                                 \
    X(ARRAY, ITEMS, 8, "ob_item", "")                                                 \
    X(ARRAY, ALLOCATED, 8, "allocated", "")                                           \
    X(ARRAY, DESCR, 8, "ob_descr", "")                                                \
    X(ARRAYDESCR, ITEMSIZE, 4, "itemsize", "")                                        \
    X(DEQUE, LEFT, 8, "leftblock", "")                                                \
    X(DEQUE, LEFT_INDEX, 8, "leftindex", "")                                          \
    X(DEQUEBLOCK, ITEMS, 0, "data", "")                                               \
    X(DEQUEBLOCK, RIGHT, 8, "rightlink", "")                                          \
    X(POOL, COUNT, 4, "ref.count", "")                                                \
    X(POOL, SIZE_CLASS, 4, "szidx", "")                                               \
    X(POOL, NEXT_OFFSET, 4, "nextoffset", "")                                         \
    X(TRACEMALLOC, TRACING, 4, "config.tracing", "")                                  \
    X(TRACEMALLOC, MAX_FRAMES, 4, "config.max_nframe", "")                            \
    X(TRACEMALLOC, TRACED_MEMORY, 8, "traced_memory", "")                             \
    X(TRACEMALLOC, PEAK_TRACED_MEMORY, 8, "peak_traced_memory", "")                   \
    X(TRACEMALLOC, TRACES, 8, "traces", "")                                           \
    X(TRACEMALLOC, DOMAINS, 8, "domains", "")                                         \
    X(TRACECONFIG, TRACING, 4, "tracing", "")                                         \
    X(TRACECONFIG, MAX_FRAMES, 4, "max_nframe", "")                                   \
    X(TRACE, SIZE, 8, "size", "")                                                     \
    X(TRACE, STACK, 8, "traceback", "")                                               \
    X(TRACESTACK, HASH, 8, "hash", "")                                                \
    X(TRACESTACK, COUNT, 0, "nframe", "")                                             \
    X(TRACESTACK, TOTAL, 2, "total_nframe", "")                                       \
    X(TRACESTACK, FRAMES, 0, "frames", "")                                            \
    X(TRACEFRAME, FILENAME, 8, "filename", "")                                        \
    X(TRACEFRAME, LINE, 4, "lineno", "")                                              \
    X(HASHTABLE, ENTRIES, 8, "nentries|entries", "")                                  \
    X(HASHTABLE, BUCKETS, 8, "nbuckets|num_buckets", "")                              \
    X(HASHTABLE, HEADS, 8, "buckets", "")                                             \
    X(HASHTABLE, KEY_SIZE, 8, "key_size", "")                                         \
    X(HASHTABLE, DATA_SIZE, 8, "data_size", "")                                       \
    X(HASHTABLE, HASH, 8, "hash_func", "")                                            \
    X(HASHTABLE, COMPARE, 8, "compare_func", "")                                      \
    X(HASHENTRY, NEXT, 8, "_Py_slist_item.next", "")                                  \
    X(HASHENTRY, KEY_HASH, 8, "key_hash", "")                                         \
    X(HASHENTRY, KEY, 8, "key", "")                                                   \
    X(HASHENTRY, VALUE, 8, "value", "")                                               \
    X(POOL, MAX_NEXT_OFFSET, 4, "maxnextoffset", "")                                  \
    X(POOL, FREE_BLOCK, 8, "freeblock", "")                                           \
    X(POOL, ARENA_INDEX, 4, "arenaindex", "")                                         \
    X(POOL, NEXT_POOL, 8, "nextpool", "")                                             \
    X(ARENA, ADDRESS, 8, "address", "")                                               \
    X(ARENA, FREE_POOLS, 4, "nfreepools", "")                                         \
    X(ARENA, TOTAL_POOLS, 4, "ntotalpools", "")                                       \
    X(ARENA, POOL_ADDRESS, 8, "pool_address", "")                                     \
    X(ARENA, POOL_LIST, 8, "freepools", "")                                           \
    X(OBMALLOC, ARENAS, 8, "mgmt.arenas", "")                                         \
    X(OBMALLOC, ARENA_COUNT, 4, "mgmt.maxarenas", "")                                 \
    X(OBMALLOC, RAW_BLOCKS, 8, "mgmt.raw_allocated_blocks", "")                       \
    X(MIPAGE, CAPACITY, 2, "capacity", "")                                            \
    X(MIPAGE, SLICE_COUNT, 4, "slice_count", "")                                      \
    X(MIPAGE, FREE, 8, "free", "")                                                    \
    X(MIPAGE, LOCAL_FREE, 8, "local_free", "")                                        \
    X(MIPAGE, OTHERS_FREE, 8, "xthread_free", "")                                     \
    X(MIPAGE, BLOCK_SIZE, 8, "block_size", "")                                        \
    X(MIPAGE, SHORT_BLOCK_SIZE, 4, "xblock_size", "")                                 \
    X(MIPAGE, START, 8, "page_start", "")                                             \
    X(MIPAGE, KEYS, 0, "keys", "")                                                    \
    X(MIPAGE, HEAP_TAG, 1, "heap_tag", "")                                            \
    X(MIPAGE, HEAP_TAG_BITS, 1, "tag", "")                                            \
    X(MISEGMENT, COOKIE, 8, "cookie", "")                                             \
    X(MISEGMENT, SLICE_ENTRIES, 8, "slice_entries", "")                               \
    X(MISEGMENT, SLICES, 0, "slices", "")                                             \
    X(MISEGMENT, THREAD, 8, "thread_id", "")                                          \
    X(MISEGMENT, INFO_SLICES, 8, "segment_info_slices", "")                           \
    X(FUNCTION, CODE, 8, "func_code", "")                                             \
    X(FUNCTION, CLOSURE, 8, "func_closure", "")                                       \
    X(FUNCTION, QUALNAME, 8, "func_qualname", "")                                     \
    X(FUNCTION, DICT, 8, "func_dict", "")                                             \
    X(METHOD, FUNCTION, 8, "im_func", "")                                             \
    X(CELL, VALUE, 8, "ob_ref", "")                                                   \
    X(PROPERTY, GET, 8, "prop_get", "")                                               \
    X(PROPERTY, SET, 8, "prop_set", "")                                               \
    X(PROPERTY, DELETE, 8, "prop_del", "")                                            \
    X(CLASSMETHOD, CALLABLE, 8, "cm_callable", "")                                    \
    X(STATICMETHOD, CALLABLE, 8, "sm_callable", "")                                   \
    X(MODULE, DICT, 8, "md_dict", "")                                                 \
    X(MODULE, NAME, 8, "md_name", "")                                                 \
    X(MODULE, STATE, 8, "md_state", "")                                               \
    X(MODULE, STATE_SIZE, 8, "md_state_size", "")                                     \
    X(MODULE, DEFINITION, 8, "md_def", "")                                            \
    X(MODULEDEF, STATE_SIZE, 8, "m_size", "")                                         \
    X(FUNCTION, NAME, 8, "func_name", "")                                             \
    X(FUNCTION, GLOBALS, 8, "func_globals", "")                                       \
    X(FUNCTION, DEFAULTS, 8, "func_defaults", "")                                     \
    X(FUNCTION, KEYWORD_DEFAULTS, 8, "func_kwdefaults", "")                           \
    X(FUNCTION, ANNOTATIONS, 8, "func_annotations", "")                               \
    X(LRUCACHE, CACHE, 8, "cache", "")                                                \
    X(METHOD, SELF, 8, "im_self", "")                                                 \
    X(FLOAT, VALUE, 8, "ob_fval", "")                                                 \
    X(COMPLEX, REAL, 8, "cval.real", "")                                              \
    X(COMPLEX, IMAG, 8, "cval.imag", "")                                              \
    X(BYTEARRAY, START, 8, "ob_start", "")                                            \
    X(BYTEARRAY, ALLOCATED, 8, "ob_alloc", "")                                        \
    X(BYTEARRAY, OBJECT, 8, "ob_bytes_object", "")                                    \
    X(SET, FILL, 8, "fill", "")                                                       \
    X(SET, USED, 8, "used", "")                                                       \
    X(SET, MASK, 8, "mask", "")                                                       \
    X(SET, TABLE, 8, "table", "")                                                     \
    X(SET, SMALL_TABLE, 0, "smalltable", "")                                          \
    X(SETENTRY, KEY, 8, "key", "")                                                    \
    X(SETENTRY, HASH, 8, "hash", "")                                                  \
    X(RANGE, START, 8, "start", "")                                                   \
    X(RANGE, STOP, 8, "stop", "")                                                     \
    X(RANGE, STEP, 8, "step", "")                                                     \
    X(RANGE, LENGTH, 8, "length", "")                                                 \
    X(SLICE, START, 8, "start", "")                                                   \
    X(SLICE, STOP, 8, "stop", "")                                                     \
    X(SLICE, STEP, 8, "step", "")                                                     \
    X(CFUNCTION, METHOD, 8, "m_ml", "")                                               \
    X(CFUNCTION, SELF, 8, "m_self", "")                                               \
    X(WRAPPER, DESCRIPTOR, 8, "descr", "")                                            \
    X(WRAPPER, SELF, 8, "self", "")                                                   \
    X(DESCRIPTOR, TYPE, 8, "d_type", "")                                              \
    X(DESCRIPTOR, NAME, 8, "d_name", "")                                              \
    X(PARTIAL, FUNCTION, 8, "fn", "")                                                 \
    X(PARTIAL, ARGS, 8, "args", "")                                                   \
    X(PARTIAL, KEYWORDS, 8, "kw", "")                                                 \
    X(CAPSULE, NAME, 8, "name", "")                                                   \
    X(WEAKREF, OBJECT, 8, "wr_object", "")                                            \
    X(WEAKREF, CALLBACK, 8, "wr_callback", "")                                        \
    X(MEMORYVIEW, FLAGS, 4, "flags", "")                                              \
    X(MEMORYVIEW, BUFFER, 8, "mbuf", "")                                              \
    X(MANAGEDBUFFER, FLAGS, 4, "flags", "")                                           \
    X(UNION, ARGS, 8, "args", "")                                                     \
    X(ALIAS, ORIGIN, 8, "origin", "")                                                 \
    X(ALIAS, ARGS, 8, "args", "")                                                     \
    X(ALIAS, STARRED, 1, "starred", "")                                               \
    X(GROUP, EXCEPTIONS_TEXT, 8, "excs_str", "")                                      \
    X(SUPER, TYPE, 8, "type", "")                                                     \
    X(SUPER, OBJECT, 8, "obj", "")                                                    \
    X(SUPER, OBJECT_TYPE, 8, "obj_type", "")                                          \
    X(CONTEXTTOKEN, VARIABLE, 8, "tok_var", "")                                       \
    X(CONTEXTTOKEN, USED, 4, "tok_used", "")                                          \
    X(CONTEXTVAR, NAME, 8, "var_name", "")                                            \
    X(CONTEXTVAR, DEFAULT, 8, "var_default", "")                                      \
    X(STRUCTSEQ, ITEMS, 0, "ob_item", "")                                             \
    X(IMPORTERROR, NAME, 8, "name", "")                                               \
    X(IMPORTERROR, PATH, 8, "path", "")                                               \
    X(LAZYIMPORT, FROM, 8, "lz_from", "")                                             \
    X(LAZYIMPORT, ATTRIBUTE, 8, "lz_attr", "")                                        \
    X(TASK, CORO, 8, "task_coro", "")                                                 \
    X(TASK, NAME, 8, "task_name", "")                                                 \
    X(TASK, WAITER, 8, "task_fut_waiter", "")                                         \
    X(TASK, NODE, 0, "task_node", "")                                                 \
    X(FUTURE, LOOP, 8, "fut_loop", "")                                                \
    X(FUTURE, CALLBACK, 8, "fut_callback0", "")                                       \
    X(FUTURE, CALLBACKS, 8, "fut_callbacks", "")                                      \
    X(FUTURE, STATE, 4, "fut_state", "")                                              \
    X(FUTURE, AWAITED_BY, 8, "fut_awaited_by", "")                                    \
    X(FUTURE, AWAITED_BY_IS_SET, 1, "fut_awaited_by_is_set", "")                      \
    X(FUTUREITER, FUTURE, 8, "future", "")                                            \
    X(ASYNCSEND, GENERATOR, 8, "ags_gen", "")                                         \
    X(ASYNCTHROW, GENERATOR, 8, "agt_gen", "")                                        \
    X(COROWRAPPER, COROUTINE, 8, "cw_coroutine", "")                                  \
    X(THREADIMPL, RUNNING_LOOP, 8, "asyncio_running_loop", "")                        \
    X(THREADIMPL, RUNNING_TASK, 8, "asyncio_running_task", "")                        \
    X(THREADIMPL, TASKS, 0, "asyncio_tasks_head", "")                                 \
    X(INTERP, TASKS, 0, "asyncio_tasks_head", "")                                     \
    X(INTERP, STOP_REQUESTER, 8, "stoptheworld.requester", "")                        \
    X(LINK, NEXT, 8, "next", "")                                                      \
    X(THREAD, DICT, 8, "dict", "")                                                    \
    X(FRAMEOBJECT, BLOCKS, 4, "f_iblock", "")                                         \
    X(FRAMEOBJECT, BLOCKSTACK, 0, "f_blockstack", "")                                 \
    X(TRYBLOCK, LEVEL, 4, "b_level", "")                                              \
    X(CODE, EXCEPTIONS, 8, "co_exceptiontable", "")                                   \
    X(LOCK, SEMAPHORE, 8, "lock_lock", "")                                            \
    X(LOCK, LOCKED, 1, "locked", "")                                                  \
    X(LOCK, MUTEX, 1, "lock", "")                                                     \
    X(RLOCK, SEMAPHORE, 8, "rlock_lock", "")                                          \
    X(RLOCK, MUTEX, 1, "lock.mutex", "")                                              \
    X(RLOCK, OWNER, 8, "rlock_owner|lock.thread", "")                                 \
    X(RLOCK, COUNT, 8, "rlock_count|lock.level", "")                                  \
    X(WAITENTRY, MUTEX, 8, "addr", "")                                                \
    X(WAITENTRY, SEMAPHORE, 0, "sema", "")                                            \
    X(SOCKET, FD, 4, "sock_fd", "")                                                   \
    X(FILEIO, FD, 4, "fd", "")                                                        \
    X(BUFFERED, RAW, 8, "raw", "")                                                    \
    X(BUFFERED, OWNER, 8, "owner", "")                                                \
    X(SEMLOCK, HANDLE, 8, "handle", "")                                               \
    X(SEMLOCK, THREAD, 8, "last_tid", "")                                             \
    X(SEMLOCK, COUNT, 4, "count", "")                                                 \
    X(SEMLOCK, MAXIMUM, 4, "maxvalue", "")                                            \
    X(SEMLOCK, KIND, 4, "kind", "")

enum hn_struct {
#define X(structure, name, published) HN_STRUCT_##structure,
    HN_STRUCTS(X)
#undef X
        HN_STRUCT_COUNT
};

enum hn_field {
#define X(structure, field, width, name, published) HN_##structure##_##field,
    HN_FIELDS(X)
#undef X
        HN_FIELD_COUNT
};

#endif
