// Exception regions: nesting (II.19: a region lies entirely inside or entirely outside each part of another,
// inner ones first), parents, and the innermost region of every block.
#include "il/internal.h"

static bool range_inside(uint32_t first, uint32_t count, uint32_t outer_first, uint32_t outer_count) {
    return first >= outer_first && first + count <= outer_first + outer_count;
}
static bool range_disjoint(uint32_t first, uint32_t count, uint32_t other_first, uint32_t other_count) {
    return first + count <= other_first || other_first + other_count <= first;
}

/// Blocks from the first of its parts to the last: try, filter and handler of one region.
static bool region_inside_part(const EhRegion *r, uint32_t first, uint32_t count) {
    return count && range_inside(r->try_first, r->try_count, first, count) &&
           range_inside(r->handler_first, r->handler_count, first, count) &&
           (r->filter_count == 0 || range_inside(r->filter_first, r->filter_count, first, count));
}
static bool region_outside_part(const EhRegion *r, uint32_t first, uint32_t count) {
    return range_disjoint(r->try_first, r->try_count, first, count) &&
           range_disjoint(r->handler_first, r->handler_count, first, count) &&
           (r->filter_count == 0 || range_disjoint(r->filter_first, r->filter_count, first, count));
}
static bool region_inside(const EhRegion *inner, const EhRegion *outer) {
    return region_inside_part(inner, outer->try_first, outer->try_count) ||
           region_inside_part(inner, outer->handler_first, outer->handler_count) ||
           region_inside_part(inner, outer->filter_first, outer->filter_count);
}

/// Two clauses of one protected block (try-catch-catch) share their try part and nothing else.
static bool same_try(const EhRegion *a, const EhRegion *b) {
    return a->try_first == b->try_first && a->try_count == b->try_count &&
           range_disjoint(a->handler_first, a->handler_count, b->handler_first, b->handler_count);
}

static bool nested_properly(const EhRegion *inner, const EhRegion *outer) {
    if (region_inside(inner, outer) || same_try(inner, outer))
        return true;
    return region_outside_part(inner, outer->try_first, outer->try_count) &&
           region_outside_part(inner, outer->handler_first, outer->handler_count) &&
           (outer->filter_count == 0 || region_outside_part(inner, outer->filter_first, outer->filter_count));
}

static void fill_blocks(Code *code) {
    for (int32_t i = 0; i < (int32_t)code->region_count; i++) {
        const EhRegion *r = &code->regions[i];
        for (uint32_t b = r->try_first; b < r->try_first + r->try_count; b++)
            if (code->blocks[b].try_region < 0)
                code->blocks[b].try_region = i;
        for (uint32_t b = r->handler_first; b < r->handler_first + r->handler_count; b++)
            if (code->blocks[b].handler_region < 0)
                code->blocks[b].handler_region = i;
        for (uint32_t b = r->filter_first; b < r->filter_first + r->filter_count; b++)
            if (code->blocks[b].handler_region < 0)
                code->blocks[b].handler_region = i;
    }
}

bool code_nest_regions(Code *code, const char **invalid) {
    for (uint32_t i = 0; i < code->region_count; i++) {
        EhRegion *inner = &code->regions[i];
        if (!range_disjoint(inner->try_first, inner->try_count, inner->handler_first, inner->handler_count)) {
            *invalid = "a protected block overlaps its handler";
            return false;
        }
        for (uint32_t k = i + 1; k < code->region_count; k++) {
            const EhRegion *outer = &code->regions[k];
            if (!nested_properly(inner, outer)) {
                *invalid = "exception clauses overlap or are out of order";
                return false;
            }
            if (inner->parent < 0 && region_inside(inner, outer))
                inner->parent = (int32_t)k;
        }
    }
    fill_blocks(code);
    return true;
}
