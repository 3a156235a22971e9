/* Finds runs of recursion in a stack.
 *
 * At each frame that is to be shown we try periods of one, two and three frames and
 * count how far the stack repeats itself. A run that is found is stepped over, one that
 * is too short costs a few comparisons, so the walk is linear in the frames. */
#include "report/fold.h"

/* Mutual recursion among more functions is rare and reads better in full. */
enum { MAX_PERIOD = 3 };

/* A fold costs one line; hiding fewer frames than this tells less than it saves. */
enum { MIN_HIDDEN = 4 };

void
hn_fold_init(struct hn_fold *fold, const struct hn_stack *stack, bool reverse,
             bool columns)
{
    *fold = (struct hn_fold){ .stack = stack, .reverse = reverse, .columns = columns };
}

static size_t
number_at(const struct hn_fold *fold, size_t at)
{
    return fold->reverse ? fold->stack->count - 1 - at : at;
}

static const struct hn_frame *
frame_at(const struct hn_fold *fold, size_t at)
{
    return &fold->stack->frames[number_at(fold, at)];
}

static bool
same_columns(const struct hn_position *a, const struct hn_position *b)
{
    return a->column == b->column && a->end_column == b->end_column
           && a->end_line == b->end_line;
}

/* Whether two frames are in the same calls of C functions. */
static bool
same_natives(const struct hn_frame *a, const struct hn_frame *b)
{
    if (a->native_count != b->native_count)
        return false;
    for (size_t i = 0; i < a->native_count; i++)
        if (a->native[i].pc != b->native[i].pc)
            return false;
    return true;
}

static bool
same(const struct hn_fold *fold, size_t a, size_t b)
{
    const struct hn_frame *one = frame_at(fold, a), *other = frame_at(fold, b);

    if (one->kind != HN_FRAME_PYTHON || other->kind != HN_FRAME_PYTHON)
        return false;
    if (one->locals || other->locals) /* these are what the user wants to see */
        return false;
    return one->code->addr == other->code->addr
           && one->position.line == other->position.line && same_natives(one, other)
           && (!fold->columns || same_columns(&one->position, &other->position));
}

/* How many frames after the first @period from @at on repeat them, in whole turns. */
static size_t
repeated(const struct hn_fold *fold, size_t at, size_t period)
{
    size_t end = at + period;

    while (end < fold->stack->count && same(fold, end, end - period))
        end++;
    end -= at + period;
    return end - end % period;
}

static void
look_for_run(struct hn_fold *fold)
{
    size_t at = fold->next;

    fold->hidden = 0;
    fold->until = at + 1;
    for (size_t period = 1; period <= MAX_PERIOD; period++) {
        size_t count;

        if (at + period >= fold->stack->count)
            return;
        count = repeated(fold, at, period);
        if (count >= MIN_HIDDEN) {
            fold->until = at + period;
            fold->hidden = count;
            fold->period = period;
            return;
        }
    }
}

bool
hn_fold_next(struct hn_fold *fold, struct hn_piece *ret)
{
    if (fold->next == fold->until && fold->hidden) {
        *ret = (struct hn_piece){
            .number = number_at(fold, fold->next),
            .last = number_at(fold, fold->next + fold->hidden - 1),
            .period = fold->period,
            .repetitions = fold->hidden / fold->period,
        };
        fold->next += fold->hidden;
        fold->until = fold->next;
        fold->hidden = 0;
        return true;
    }
    if (fold->next >= fold->stack->count)
        return false;
    if (fold->next >= fold->until)
        look_for_run(fold);
    *ret = (struct hn_piece){ .frame = frame_at(fold, fold->next),
                              .number = number_at(fold, fold->next) };
    fold->next++;
    return true;
}
