#include <stdio.h>
int app_twice(int);
int __managed__Main(int argc, char **argv);
int main(int argc, char **argv) {
    printf("native main %d\n", app_twice(21));
    fflush(stdout);
    int code = __managed__Main(argc, argv);
    printf("code %d\n", code);
    return code;
}
