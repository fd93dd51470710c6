// The console.
Console.WriteLine("Hello, world");
