/* memcpy, memmove, memset and the run-time ABI's names for them, so that the kernels link without a C library.
 *
 * Words are moved where both pointers are aligned, bytes elsewhere. The empty asm keeps a compiler from recognising the
 * loops and replacing them by calls of the very functions they implement. */
#include <stddef.h>
#include <stdint.h>

#define NN_KEEP_LOOP() __asm__ volatile("" ::: "memory")

typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict destination, const void *restrict source, size_t bytes);
void *memmove(void *destination, const void *source, size_t bytes);
void *memset(void *destination, int value, size_t bytes);

static int are_aligned(const void *a, const void *b)
{
    return (((uintptr_t)a | (uintptr_t)b) & (sizeof(word) - 1)) == 0;
}

void *memcpy(void *restrict destination, const void *restrict source, size_t bytes)
{
    unsigned char *to = destination;
    const unsigned char *from = source;
    if (are_aligned(to, from))
    {
        for (; bytes >= sizeof(word); bytes -= sizeof(word))
        {
            *(word *)(void *)to = *(const word *)(const void *)from;
            to += sizeof(word);
            from += sizeof(word);
            NN_KEEP_LOOP();
        }
    }
    for (; bytes != 0; bytes--)
    {
        *to++ = *from++;
        NN_KEEP_LOOP();
    }
    return destination;
}

void *memmove(void *destination, const void *source, size_t bytes)
{
    unsigned char *to = destination;
    const unsigned char *from = source;
    if ((uintptr_t)to - (uintptr_t)from >= bytes)
    {
        return memcpy(destination, source, bytes);
    }
    for (; bytes != 0; bytes--)
    {
        to[bytes - 1] = from[bytes - 1];
        NN_KEEP_LOOP();
    }
    return destination;
}

void *memset(void *destination, int value, size_t bytes)
{
    unsigned char *to = destination;
    const unsigned char byte = (unsigned char)value;
    if (are_aligned(to, to))
    {
        for (; bytes >= sizeof(word); bytes -= sizeof(word))
        {
            *(word *)(void *)to = byte * UINT32_C(0x01010101);
            to += sizeof(word);
            NN_KEEP_LOOP();
        }
    }
    for (; bytes != 0; bytes--)
    {
        *to++ = byte;
        NN_KEEP_LOOP();
    }
    return destination;
}

#if defined(__arm__)
/* The Arm run-time ABI: copies return nothing, memset takes the length before the value; 4 and 8 promise alignment. */
#define NN_AEABI_COPY(name, function)                                                                                  \
    void name(void *destination, const void *source, size_t bytes);                                                    \
    void name(void *destination, const void *source, size_t bytes)                                                     \
    {                                                                                                                  \
        function(destination, source, bytes);                                                                          \
    }
#define NN_AEABI_SET(name)                                                                                             \
    void name(void *destination, size_t bytes, int value);                                                             \
    void name(void *destination, size_t bytes, int value)                                                              \
    {                                                                                                                  \
        memset(destination, value, bytes);                                                                             \
    }
#define NN_AEABI_CLEAR(name)                                                                                           \
    void name(void *destination, size_t bytes);                                                                        \
    void name(void *destination, size_t bytes)                                                                         \
    {                                                                                                                  \
        memset(destination, 0, bytes);                                                                                 \
    }

NN_AEABI_COPY(__aeabi_memcpy, memcpy)
NN_AEABI_COPY(__aeabi_memcpy4, memcpy)
NN_AEABI_COPY(__aeabi_memcpy8, memcpy)
NN_AEABI_COPY(__aeabi_memmove, memmove)
NN_AEABI_COPY(__aeabi_memmove4, memmove)
NN_AEABI_COPY(__aeabi_memmove8, memmove)
NN_AEABI_SET(__aeabi_memset)
NN_AEABI_SET(__aeabi_memset4)
NN_AEABI_SET(__aeabi_memset8)
NN_AEABI_CLEAR(__aeabi_memclr)
NN_AEABI_CLEAR(__aeabi_memclr4)
NN_AEABI_CLEAR(__aeabi_memclr8)
#endif
