// Part of test_types: returns the number of failed tests.
#pragma once

int run_malformed_tests(void);
