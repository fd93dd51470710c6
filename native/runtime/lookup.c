// Generic instances made at run time: what canonical code asks through its context, and code pointers that
// bring a context along. The type loader of the runtime pack, compiled into the program, does the work; here
// are its cache and the thunks.
#include "runtime/report.h"
#include "runtime/runtime_pack.h"
#include "runtime/tailor_runtime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// ---- MethodTables (corelib-contract 1.1) --------------------------------------------------------

enum {
    FLAG_IsGeneric = 0x02000000,
    FLAG_HasSealedSlots = 0x00400000,
    FLAG_HasFinalizer = 0x00100000,
    FLAG_IsDynamic = 0x00080000,
    FLAG_HasDispatchMap = 0x00040000,
};
enum { ELEMENT_SHIFT = 26, ELEMENT_MASK = 0x1F, ELEMENT_Class = 20, ELEMENT_SzArray = 24 };
enum { SLOT_COUNT_OFFSET = 16, INTERFACE_COUNT_OFFSET = 18, VTABLE_OFFSET = 24 };

/// System.__Canon, the argument of templates.
extern __attribute__((weak, visibility("hidden"))) const MethodTable tailor_method_table_canon;

static uint16_t half(const MethodTable *type, size_t offset) {
    uint16_t value;
    memcpy(&value, (const char *)type + offset, sizeof value);
    return value;
}

static const void *pointer_at(const char *place) {
    const void *value;
    memcpy(&value, place, sizeof value);
    return value;
}

static const void *relative_at(const char *place) {
    int32_t distance;
    memcpy(&distance, place, sizeof distance);
    return place + distance;
}

static bool is_dynamic(const MethodTable *type) {
    return (type->flags & FLAG_IsDynamic) != 0;
}

/// A field of the tail: types made at run time hold pointers, the others distances.
static const void *tail_pointer(const MethodTable *type, const char *place) {
    return is_dynamic(type) ? pointer_at(place) : relative_at(place);
}

static const char *interfaces_of(const MethodTable *type) {
    return (const char *)type + VTABLE_OFFSET + sizeof(void *) * half(type, SLOT_COUNT_OFFSET);
}

/// Place of the generic definition; the arguments come next.
static const char *generic_place(const MethodTable *type) {
    size_t step = is_dynamic(type) ? sizeof(void *) : sizeof(int32_t);
    size_t before = 2; // type manager, writable data
    before += (type->flags & FLAG_HasDispatchMap) != 0;
    before += (type->flags & FLAG_HasFinalizer) != 0;
    before += (type->flags & FLAG_HasSealedSlots) != 0;
    return interfaces_of(type) + sizeof(void *) * half(type, INTERFACE_COUNT_OFFSET) + step * before;
}

static const MethodTable *definition_of(const MethodTable *type) {
    return type->flags & FLAG_IsGeneric ? tail_pointer(type, generic_place(type)) : NULL;
}

static const MethodTable *argument_of(const MethodTable *type, uint32_t count, uint32_t index) {
    bool dynamic = is_dynamic(type);
    const char *place = generic_place(type) + (dynamic ? sizeof(void *) : sizeof(int32_t));
    const char *arguments = tail_pointer(type, place);
    if (count == 1)
        return (const MethodTable *)(const void *)arguments;
    return dynamic ? pointer_at(arguments + sizeof(void *) * index)
                   : relative_at(arguments + sizeof(int32_t) * index);
}

// ---- Which code serves which instance -----------------------------------------------------------

/// `pattern` with System.__Canon for any reference type.
static bool matches(const MethodTable *pattern, const MethodTable *type) {
    if (pattern == type)
        return true;
    uint32_t element = type->flags >> ELEMENT_SHIFT & ELEMENT_MASK;
    bool is_reference = element >= ELEMENT_Class && element <= ELEMENT_SzArray;
    if (pattern == &tailor_method_table_canon)
        return is_reference;
    const MethodTable *definition = definition_of(pattern);
    if (!definition || is_reference || definition != definition_of(type))
        return false;
    uint32_t count = definition->base_size; // arity (corelib-contract 1.3)
    for (uint32_t i = 0; i < count; i++)
        if (!matches(argument_of(pattern, count, i), argument_of(type, count, i)))
            return false;
    return true;
}

bool tailor_is_instance_of_template(const MethodTable *template, const MethodTable *type) {
    const MethodTable *definition = definition_of(template);
    if (!definition || definition != definition_of(type))
        return false;
    for (uint32_t i = 0; i < definition->base_size; i++)
        if (!matches(argument_of(template, definition->base_size, i),
                     argument_of(type, definition->base_size, i)))
            return false;
    return true;
}

enum { LENGTH_OFFSET = 8, ELEMENTS_OFFSET = 16 };

bool tailor_instances_share_code(ManagedObject *loader, ManagedObject *first, ManagedObject *second,
                                 int32_t kind) {
    (void)loader, (void)kind;
    uint32_t count, other;
    memcpy(&count, (const char *)first + LENGTH_OFFSET, sizeof count);
    memcpy(&other, (const char *)second + LENGTH_OFFSET, sizeof other);
    if (count != other)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const MethodTable *a = pointer_at((const char *)first + ELEMENTS_OFFSET + sizeof(void *) * i);
        const MethodTable *b = pointer_at((const char *)second + ELEMENTS_OFFSET + sizeof(void *) * i);
        if (!matches(a, b) && !matches(b, a))
            return false;
    }
    return true;
}

// ---- Questions ----------------------------------------------------------------------------------

/// TypeLoaderExports.GenericLookup of CoreLib: asks the type loader. Missing in programs that make no types
/// and so ask nothing; a static library is linked without dropping what nobody calls.
__attribute__((weak, visibility("hidden"))) void *tailor_find_generic(const void *context,
                                                                      const void *signature);

/// An answer; they are never dropped, as the types they belong to are not.
typedef struct Answer {
    const void *context;
    const GenericLookup *lookup;
    void *value;
    struct Answer *next;
} Answer;

enum { BUCKET_BITS = 12 };
static _Atomic(Answer *) buckets[1 << BUCKET_BITS];

static size_t bucket_of(const void *context, const void *lookup) {
    uint64_t mixed = ((uint64_t)(uintptr_t)context * 31 ^ (uint64_t)(uintptr_t)lookup) * 0x9E3779B97F4A7C15u;
    return (size_t)(mixed >> (64 - BUCKET_BITS));
}

static void *answer_make(const void *context, const GenericLookup *lookup, size_t bucket) {
    void *value = tailor_find_generic(context, lookup);
    if (lookup->flags & GENERIC_LOOKUP_IsIndirect)
        memcpy(&value, value, sizeof value);
    Answer *answer = malloc(sizeof *answer);
    if (!answer)
        return value;
    *answer = (Answer){context, lookup, value, atomic_load(&buckets[bucket])};
    while (!atomic_compare_exchange_weak(&buckets[bucket], &answer->next, answer)) {
    }
    return value;
}

void *tailor_generic_lookup(const void *context, const GenericLookup *lookup) {
    size_t bucket = bucket_of(context, lookup);
    for (const Answer *at = atomic_load_explicit(&buckets[bucket], memory_order_acquire); at; at = at->next)
        if (at->context == context && at->lookup == lookup)
            return at->value;
    return answer_make(context, lookup, bucket);
}

// ---- Code with a context ------------------------------------------------------------------------

// A page of thunks, all alike, and behind it a page with what each of them loads: context and target. Only
// the second page is written after the first has become executable.
enum { PAGE_SIZE = 4096, THUNK_SIZE = 16, THUNKS_PER_PAGE = PAGE_SIZE / THUNK_SIZE };

typedef struct ThunkData {
    const void *context;
    void *code;
} ThunkData;
_Static_assert(sizeof(ThunkData) == THUNK_SIZE,
               "the thunk and its data lie at the same place of their pages");

typedef struct ThunkPage {
    uint8_t *code;
    uint32_t used;
    struct ThunkPage *next;
} ThunkPage;

static pthread_mutex_t thunk_lock = PTHREAD_MUTEX_INITIALIZER;
static ThunkPage *thunk_pages;

static ThunkData *thunk_data(const ThunkPage *page, uint32_t index) {
    return (ThunkData *)(void *)(page->code + PAGE_SIZE) + index;
}

static void thunk_write(uint8_t *at) {
    enum { LOAD_SIZE = 7, JUMP_SIZE = 6 };
    static const uint8_t load_r10[] = {0x4C, 0x8B, 0x15},
                         jump[] = {0xFF, 0x25}; // mov r10, [rip + d]; jmp [rip + d]
    int32_t to_context = PAGE_SIZE - LOAD_SIZE, to_code = PAGE_SIZE + 8 - LOAD_SIZE - JUMP_SIZE;
    memset(at, 0xCC, THUNK_SIZE);
    memcpy(at, load_r10, sizeof load_r10);
    memcpy(at + sizeof load_r10, &to_context, sizeof to_context);
    memcpy(at + LOAD_SIZE, jump, sizeof jump);
    memcpy(at + LOAD_SIZE + sizeof jump, &to_code, sizeof to_code);
}

static ThunkPage *thunk_page_new(void) {
    ThunkPage *page = calloc(1, sizeof *page);
    uint8_t *memory = mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!page || memory == MAP_FAILED)
        tailor_report_fatal("No memory for code of generic methods made at run time.");
    for (uint32_t i = 0; i < THUNKS_PER_PAGE; i++)
        thunk_write(memory + (size_t)THUNK_SIZE * i);
    if (mprotect(memory, PAGE_SIZE, PROT_READ | PROT_EXEC))
        tailor_report_fatal("Code of generic methods made at run time cannot be made executable.");
    page->code = memory;
    page->next = thunk_pages;
    thunk_pages = page;
    return page;
}

/// The lock is held by threads in cooperative mode, which wait for no collection meanwhile.
void *tailor_instantiated_code(void *code, const void *context) {
    if (!context)
        return code;
    void *found = NULL;
    pthread_mutex_lock(&thunk_lock);
    for (const ThunkPage *page = thunk_pages; page && !found; page = page->next)
        for (uint32_t i = 0; i < page->used && !found; i++)
            if (thunk_data(page, i)->context == context && thunk_data(page, i)->code == code)
                found = page->code + (size_t)THUNK_SIZE * i;
    if (!found) {
        ThunkPage *page = thunk_pages && thunk_pages->used < THUNKS_PER_PAGE ? thunk_pages : thunk_page_new();
        *thunk_data(page, page->used) = (ThunkData){context, code};
        found = page->code + (size_t)THUNK_SIZE * page->used++;
    }
    pthread_mutex_unlock(&thunk_lock);
    return found;
}

static const ThunkData *thunk_find(const void *code) {
    for (const ThunkPage *page = thunk_pages; page; page = page->next)
        for (uint32_t i = 0; i < page->used; i++)
            if (page->code + (size_t)THUNK_SIZE * i == code)
                return thunk_data(page, i);
    return NULL;
}

void tailor_split_code(ManagedObject *environment, void *code, void **entered, const void **context) {
    (void)environment;
    pthread_mutex_lock(&thunk_lock);
    const ThunkData *thunk = thunk_find(code);
    *entered = tailor_code_target(thunk ? thunk->code : code);
    *context = thunk ? thunk->context : NULL;
    pthread_mutex_unlock(&thunk_lock);
}
