/* Where objects of each type keep their references: a plan a type, made once.
 *
 * A plan is put together along the chain of base classes. Each class adds words to the
 * objects of its base, from the base's tp_basicsize up to its own, and for these words
 * there is one of four answers:
 *
 * - a class of Python code says it itself: __slots__ are in tp_members, and
 *   tp_dictoffset and tp_weaklistoffset say what the others are;
 * - of the types of the interpreter and of well-known extension modules we know it (the
 *   table in plans.c): in nearly all of them every word that holds the address of an
 *   object owns a reference to it, and those that do not are named there;
 * - C code of others describes some of its words in tp_members;
 * - the rest of such an object is searched, and what is found there marked
 *   HN_REFERENCE_SCANNED: perhaps a reference, perhaps a number that looks like one.
 *
 * What lies outside of the words (items, entries, frames) is the plan's form. */
#ifndef HN_HEAP_PLANS_H
#define HN_HEAP_PLANS_H

#include "heap/heap.h"

enum hn_plan_form {
    HN_PLAN_WORDS, /* nothing else */
    HN_PLAN_TUPLE,
    HN_PLAN_LIST,
    HN_PLAN_DICT,
    HN_PLAN_ORDERED_DICT,
    HN_PLAN_SET,
    HN_PLAN_DEQUE,
    HN_PLAN_TYPE,
    HN_PLAN_CODE,
    HN_PLAN_GENERATOR,
    HN_PLAN_FRAME,
    HN_PLAN_NUMPY_ARRAY,
    HN_PLAN_ELEMENT, /* of xml.etree */
    HN_PLAN_MODULE
};

enum hn_plan_attributes {
    HN_PLAN_NO_DICT, /* or it is one of the words */
    HN_PLAN_DICT_AT_END, /* tp_dictoffset counts from the end of the items */
    HN_PLAN_MANAGED /* in front of the object, or values inside it */
};

/* Bits of a word. */
enum {
    HN_PLAN_SCANNED = 1, /* of an opaque C object */
    HN_PLAN_ATTRIBUTES = 2, /* __dict__ */
    HN_PLAN_WEAK = 4 /* holds an address, owns nothing */
};

struct hn_plan_word {
    uint32_t offset;
    uint32_t bits;
};

struct hn_plan {
    bool made;
    bool leaf;        /* refers to nothing */
    bool counts_type; /* every object owns a reference to its type */
    enum hn_plan_form form;
    enum hn_plan_attributes attributes;
    int64_t dict_offset;  /* DICT_AT_END: negative */
    uint32_t basicsize, itemsize;
    uint32_t values_at;   /* MANAGED: where inline values are; 0: none are */
    hn_addr values_keys;  /* MANAGED: the keys object that names values, or 0 */
    uint32_t values_most; /* and how many it may name */
    uint32_t time_zone;   /* datetime: this byte says whether the last word is there */
    const struct hn_plan_word *words;
    uint32_t word_count;
    uint32_t body; /* bytes from the object on that the words are in */
};

struct hn_plans;

struct hn_plans *
hn_plans_create(const struct hn_heap *heap);

/* NULL is fine. */
void
hn_plans_destroy(struct hn_plans *plans);

/* The plan of type number @type: never NULL. A type that cannot be read has one without
 * references. */
const struct hn_plan *
hn_plan_find(struct hn_plans *plans, uint32_t type);

/* What Python calls the word at @offset of objects of the type at @type ("__self__");
 * NULL when it has no name. In @arena. */
const char *
hn_plan_word_name(const struct hn_heap *heap, hn_addr type, uint32_t offset,
                  struct hn_arena *arena);

#endif
