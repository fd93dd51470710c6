#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

int lib_add(int, int);
char *lib_greet(const char *);
int lib_catch(int);
long lib_collect(int);

static void *body(void *n) {
    return (void *)lib_collect((int)(long)n);
}

int main(void) {
    printf("%d\n", lib_add(20, 22));
    char *text = lib_greet("C");
    printf("%s\n", text);
    free(text);
    printf("%d\n", lib_catch(3));
    pthread_t threads[3];
    for (long i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, body, (void *)(200 + i));
    for (int i = 0; i < 3; i++) {
        void *sum;
        pthread_join(threads[i], &sum);
        printf("%ld\n", (long)sum);
    }
    return 0;
}
