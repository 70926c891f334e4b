// What Swift's own module of the C library leaves out of it.
#include <malloc.h>
