/* Console, a file written, sought and read back, time that passes, an exit code. */
#include "firmware.h"

static uint32_t length(const char *text) {
    uint32_t n = 0;
    while (text[n]) n++;
    return n;
}

static int32_t open_file(const char *name, uint32_t mode) {
    const uint32_t block[] = {(uint32_t)name, mode, length(name)};
    return (int32_t)semihost(0x01, block);
}

int main(void) {
    char buffer[16];
    semihost(0x04, "hello\n");
    semihost(0x03, "!");
    semihost(0x03, "\n");
    int32_t file = open_file("notes.txt", 6);
    const uint32_t write[] = {(uint32_t)file, (uint32_t)"0123456789", 10};
    print("write leaves %d\n", semihost(0x05, write));
    const uint32_t seek[] = {(uint32_t)file, 4};
    print("seek gives %d\n", semihost(0x0A, seek));
    for (int n = 0; n < 16; n++) buffer[n] = 0;
    const uint32_t read[] = {(uint32_t)file, (uint32_t)buffer, 10};
    print("read leaves %d: %s\n", semihost(0x06, read), buffer);
    const uint32_t handle[] = {(uint32_t)file};
    print("length %d, tty %d\n", semihost(0x0C, handle), semihost(0x09, handle));
    print("close %d\n", semihost(0x02, handle));
    print("absent file %d\n", open_file("absent.txt", 0));
    print("time passes %u\n", semihost(0x10, 0) <= semihost(0x10, 0));
    return 42;
}
