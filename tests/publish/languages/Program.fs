module Program

open System
open System.Collections.Generic

type Shape =
    | Circle of radius: float
    | Rectangle of width: float * height: float
    | Empty

[<Struct>]
type Point = { X: int; Y: int }

type Person = { Name: string; Age: int; Tags: string list }

exception Failed of string * int

[<Measure>]
type metre

let area shape =
    match shape with
    | Circle r -> r * r * 3.0
    | Rectangle(w, h) -> w * h
    | Empty -> 0.0

let rec sumTo n acc = if n = 0 then acc else sumTo (n - 1) (acc + int64 n)

let (|Even|Odd|) n = if n % 2 = 0 then Even else Odd

let (|Prefix|_|) (p: string) (s: string) = if s.StartsWith(p, StringComparison.Ordinal) then Some(s.Substring p.Length) else None

type Stack<'T>() =
    let mutable items: 'T list = []
    member _.Push x = items <- x :: items
    member _.Pop() =
        match items with
        | [] -> None
        | x :: rest ->
            items <- rest
            Some x
    interface IEnumerable<'T> with
        member _.GetEnumerator() : IEnumerator<'T> = (Seq.ofList items).GetEnumerator()
        member _.GetEnumerator() : System.Collections.IEnumerator = (Seq.ofList items).GetEnumerator() :> _

type MaybeBuilder() =
    member _.Bind(m, f) = Option.bind f m
    member _.Return x = Some x
    member _.Zero() = None

let maybe = MaybeBuilder()

let inline twice (f: ^a -> ^a) x = f (f x)

let inline addAll (xs: ^T list) = List.fold (+) LanguagePrimitives.GenericZero xs

let check (name: string) (f: unit -> string) =
    try
        Console.WriteLine(name + ": " + f ())
    with
    | Failed(text, code) -> Console.WriteLine(name + ": failed " + text + " " + string code)
    | e -> Console.WriteLine(name + ": " + e.GetType().Name + ": " + e.Message)

type Message =
    | Add of int
    | Get of AsyncReplyChannel<int>

[<EntryPoint>]
let main args =
    check "union" (fun () -> [ Circle 2.0; Rectangle(2.0, 3.0); Empty ] |> List.map area |> List.map string |> String.concat ",")
    check "structural" (fun () -> string ({ X = 1; Y = 2 } = { X = 1; Y = 2 }) + string (compare (Circle 1.0) (Rectangle(1.0, 1.0))) + string (hash [ 1; 2 ] = hash [ 1; 2 ]) + string ([ 3; 1 ] > [ 2; 9 ]))
    check "tail" (fun () -> string (sumTo 1000000 0L))
    check "patterns" (fun () -> [ 1..4 ] |> List.map (function Even -> "e" | Odd -> "o") |> String.concat "" |> fun s -> s + (match "abc" with Prefix "ab" rest -> rest | _ -> "none"))
    check "collections" (fun () ->
        let m = Map.ofList [ "b", 2; "a", 1 ] |> Map.add "c" 3
        let s = Set.ofSeq [ 3; 1; 2; 3 ]
        let groups = [ 1..10 ] |> List.groupBy (fun x -> x % 3) |> List.map (fun (k, v) -> string k + ":" + string (List.sum v)) |> String.concat " "
        (m |> Map.toSeq |> Seq.map (fun (k, v) -> k + string v) |> String.concat ",") + " " + string (Set.count s) + " " + groups + " " + string (Array.sortDescending [| 2; 9; 4 |]).[0])
    check "sequence" (fun () -> Seq.unfold (fun (a, b) -> if a > 100 then None else Some(a, (b, a + b))) (0, 1) |> Seq.windowed 2 |> Seq.map Array.sum |> Seq.map string |> String.concat " ")
    check "computation" (fun () ->
        let r = maybe {
            let! a = Some 3
            let! b = Map.tryFind "x" (Map.ofList [ "x", 4 ])
            return a * b }
        match r with Some v -> string v | None -> "none")
    check "inline" (fun () -> string (twice (fun x -> x * 3) 2) + twice (fun s -> s + "!") "a" + string (addAll [ 1.5; 2.5 ]) + string (addAll [ 1L; 2L ]))
    check "exception" (fun () -> raise (Failed("on purpose", 7)))
    check "match failure" (fun () -> match args with [| _; _; _ |] -> "three" | [||] -> failwith "nothing" | _ -> invalidArg "args" "some")
    check "class" (fun () ->
        let s = Stack<string>()
        s.Push "a"
        s.Push "b"
        String.Join("", s) + (s.Pop() |> Option.defaultValue "none"))
    check "async" (fun () ->
        let work n = async { do! Async.Sleep 1
                             return n * n }
        [ 1..5 ] |> List.map work |> Async.Parallel |> Async.RunSynchronously |> Array.sum |> string)
    check "task" (fun () ->
        let t = task { let! a = System.Threading.Tasks.Task.FromResult 5
                       do! System.Threading.Tasks.Task.Delay 1
                       return a + 1 }
        string t.Result)
    check "agent" (fun () ->
        use agent = MailboxProcessor.Start(fun inbox ->
            let rec loop total = async {
                match! inbox.Receive() with
                | Add n -> return! loop (total + n)
                | Get reply -> reply.Reply total }
            loop 0)
        for i in 1..10 do agent.Post(Add i)
        string (agent.PostAndReply Get))
    check "lazy and units" (fun () -> let l = lazy (3.0<metre> * 2.0) in string (float (l.Force())))
    check "record" (fun () -> let p = { Name = "n"; Age = 3; Tags = [ "x"; "y" ] } in { p with Age = 4 }.ToString().Replace("\n", ";"))
    check "bigint" (fun () -> string (List.fold (fun (a: bigint) (n: int) -> a * bigint n) 1I [ 1..25 ]))
    check "object expression" (fun () -> let d = { new IDisposable with member _.Dispose() = Console.Write "disposed " } in (using d (fun _ -> "used")))
    check "mutable and loops" (fun () ->
        let mutable total = 0
        for i in 10 .. -3 .. 0 do total <- total + i
        let arr = Array2D.init 3 3 (fun i j -> i * j)
        arr |> Array2D.iter (fun v -> total <- total + v)
        string total)
    check "quotation-free query" (fun () -> query { for x in [ 5; 3; 8 ] do
                                                     where (x > 3)
                                                     select (x * 2) } |> Seq.sum |> string)
    if args.Length > 0 then
        check "sprintf" (fun () -> sprintf "%d %s %5.2f %A %x" 5 "s" 3.14159 [ 1; 2 ] 255)
        printfn "printfn %d %s" 5 "x"
    0
