// args: seconds. Four threads call the library all the time; a fifth place is taken by threads that call it
// once and end.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int torture_run(int seed, int milliseconds);

static time_t end;

static void *long_caller(void *seed) {
    long errors = 0;
    for (int i = 0; time(NULL) < end; i++)
        errors += torture_run((int)(long)seed + i * 16, 300);
    return (void *)errors;
}

static void *short_caller(void *seed) {
    return (void *)(long)torture_run((int)(long)seed, 20);
}

int main(int count, char **arguments) {
    end = time(NULL) + (count > 1 ? atoi(arguments[1]) : 5);
    pthread_t threads[4];
    long errors = 0;
    void *result;
    for (long i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, long_caller, (void *)i);
    for (long i = 4; time(NULL) < end; i += 16) {
        pthread_t thread;
        pthread_create(&thread, NULL, short_caller, (void *)i);
        pthread_join(thread, &result);
        errors += (long)result;
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &result);
        errors += (long)result;
    }
    printf("%ld errors\n", errors);
    return 0;
}
