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

type Tree =
    | Leaf
    | Node of Tree * int * Tree

let rec insert tree value =
    match tree with
    | Leaf -> Node(Leaf, value, Leaf)
    | Node(l, v, r) when value < v -> Node(insert l value, v, r)
    | Node(l, v, r) -> Node(l, v, insert r value)

[<Struct>]
type Reading =
    | Known of value: int
    | Unknown

type IAnimal =
    abstract Sound: string
    abstract Name: string

type Cat(name: string) =
    interface IAnimal with
        member _.Sound = "meow"
        member _.Name = name

type Dog() =
    interface IAnimal with
        member _.Sound = "woof"
        member _.Name = "dog"

let describe (animal: #IAnimal) = animal.Name + " says " + animal.Sound

let largest<'T when 'T: comparison> (items: 'T list) = List.reduce max items

type State<'S, 'T> = 'S -> 'T * 'S

type StateBuilder() =
    member _.Bind(m: State<'S, 'T>, f: 'T -> State<'S, 'U>) : State<'S, 'U> =
        fun s ->
            let value, rest = m s
            f value rest
    member _.Return x : State<'S, 'T> = fun s -> x, s

let state = StateBuilder()

let get: State<int, int> = fun s -> s, s

let put value : State<int, unit> = fun _ -> (), value

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
    check "sequence expression" (fun () ->
        let rec walk tree = seq {
            match tree with
            | Leaf -> ()
            | Node(l, v, r) ->
                yield! walk l
                yield v
                yield! walk r }
        let tree = [ 5; 2; 8; 1; 9 ] |> List.fold insert Leaf
        walk tree |> Seq.map string |> String.concat ",")
    check "interpolation" (fun () -> let who, n = "you", 3 in $"hello {who}, {n + 1} times, {3.5}")
    check "sprintf of text" (fun () -> sprintf "%s and %O and %c" "text" (Some 3) 'c')
    check "sprintf of structure" (fun () -> (sprintf "%A" [ { Name = "n"; Age = 3; Tags = [ "x" ] } ]).Replace("\n", ";"))
    check "sprintf of unions" (fun () -> sprintf "%A %A %A" (Rectangle(1.5, 2.0)) (Some "x") (Map.ofList [ "k", 1 ]))
    check "sprintf of numbers" (fun () -> sprintf "%d %5.2f %x" 5 3.14159 255)
    check "failwithf" (fun () -> failwithf "bad %s" "thing")
    check "printfn" (fun () ->
        printfn "%s|%-6s|%6s" "a" "b" "c"
        printfn "%A" (1, "two", [| 3.0 |])
        "done")
    check "result" (fun () ->
        let parse (s: string) = match Int32.TryParse s with | true, v -> Ok v | _ -> Error("not a number: " + s)
        [ "1"; "x" ] |> List.map (parse >> Result.map ((+) 1)) |> List.map (function Ok v -> string v | Error e -> e) |> String.concat ";")
    check "struct union and anonymous record" (fun () -> string (Known 3) + " " + string {| A = 1; B = "b" |} + " " + string (Unknown = Unknown))
    check "interfaces and constraints" (fun () -> describe (Cat "Tom") + " " + describe (Dog()) + " " + string (largest [ 3; 9; 4 ]) + largest [ "a"; "c"; "b" ])
    check "try finally" (fun () ->
        let log = ResizeArray<string>()
        try
            try
                log.Add "body"
                failwith "inner"
            finally
                log.Add "finally"
        with
        | Failure m when m = "inner" -> log.Add("caught " + m)
        | _ -> log.Add "other"
        String.Join(",", log))
    check "active state" (fun () ->
        let run = state {
            let! a = get
            do! put (a + 10)
            let! b = get
            return a * b }
        string (run 2))
    check "asyncs" (fun () ->
        let cancelled = async {
            use! handler = Async.OnCancel(fun () -> ())
            do! Async.Sleep 60000
            return "finished" }
        use source = new Threading.CancellationTokenSource(10)
        try Async.RunSynchronously(cancelled, cancellationToken = source.Token)
        with :? OperationCanceledException -> "cancelled")
    check "events" (fun () ->
        let event = Event<int>()
        let mutable total = 0
        event.Publish |> Observable.filter (fun x -> x > 1) |> Observable.add (fun x -> total <- total + x)
        [ 1..4 ] |> List.iter event.Trigger
        string total)
    check "arrays and strings" (fun () ->
        let a = [| for i in 1..5 -> i * i |]
        string a.[1..3].Length + " " + String.collect (fun c -> string c + "-") "abc" + " " + string (Array.Parallel.map (fun x -> x + 1) a |> Array.sum) + " " + string (List.zip [ 1; 2 ] [ 'a'; 'b' ]))
    check "generic numbers" (fun () -> string (Seq.averageBy float [ 1; 2; 4 ]) + " " + string (List.sumBy decimal [ 1; 2 ]) + " " + string (pown 2L 40) + " " + string (2.0 ** 0.5 |> round))
    0
