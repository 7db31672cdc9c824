/* Which cells of a sliding window lie inside the input, along one axis. */
#ifndef NN_WINDOW_H
#define NN_WINDOW_H

#include <stdint.h>

/* Cells or positions first to end - 1; empty when end <= first. */
typedef struct
{
    int32_t first;
    int32_t end;
} nn_range;

/* Cell k of the window covers input position origin + k * dilation; keep those within [0, size). dilation >= 1. */
static inline nn_range nn_valid_cells(int32_t origin, int32_t dilation, int32_t cells, int32_t size)
{
    nn_range range = {0, 0};
    if (origin < 0)
    {
        range.first = (-origin + dilation - 1) / dilation;
    }
    if (origin < size)
    {
        range.end = (size - origin + dilation - 1) / dilation;
    }
    if (range.end > cells)
    {
        range.end = cells;
    }
    return range;
}

/* Input positions that a window of that many cells from origin on covers within [0, size); dilation one. */
static inline nn_range nn_covered(int32_t origin, int32_t cells, int32_t size)
{
    nn_range range = {origin, origin + cells};
    if (origin < 0)
    {
        range.first = 0;
    }
    if (range.end > size)
    {
        range.end = size;
    }
    return range;
}

#endif
