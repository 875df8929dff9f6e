/* Random numbers for Rust, from a library of newer Windows that Wine 8 lacks */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE place, SIZE_T length) {
    return RtlGenRandom(place, (ULONG)length);
}
