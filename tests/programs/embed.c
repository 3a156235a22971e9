/* A program of another name with Python inside: runs its arguments as python would. */
#include <Python.h>

int
main(int argc, char **argv)
{
    return Py_BytesMain(argc, argv);
}
