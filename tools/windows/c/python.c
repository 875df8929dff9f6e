/* python.exe: the interpreter is the library; this only starts it */
#include <windows.h>

typedef int (*main_t)(int, wchar_t **);

int wmain(int argc, wchar_t **argv) {
    HMODULE python = LoadLibraryW(L"python311.dll");
    return python ? ((main_t)(void *)GetProcAddress(python, "Py_Main"))(argc, argv) : 99;
}
