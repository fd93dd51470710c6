// The smallest program: only an exit code. Start-up, shutdown and nothing between.
return 42;
