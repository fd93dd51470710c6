Option Strict Off
Imports System.Collections.Generic
Imports System.Linq
Imports Microsoft.VisualBasic

Module Program
    Delegate Function Work() As String

    Interface IShape
        ReadOnly Property Area As Double
    End Interface

    Class Circle
        Implements IShape
        Public Property Radius As Double = 2
        Public Event Changed(sender As Object, value As Double)
        Public ReadOnly Property Size As Double Implements IShape.Area
            Get
                Return Radius * Radius * 3
            End Get
        End Property
        Public Sub Grow(Optional by As Double = 1)
            Radius += by
            RaiseEvent Changed(Me, Radius)
        End Sub
        Default Public ReadOnly Property Item(i As Integer) As String
            Get
                Return "item" & i
            End Get
        End Property
        Public Shared Operator +(a As Circle, b As Circle) As Circle
            Return New Circle With {.Radius = a.Radius + b.Radius}
        End Operator
        Public Shared Widening Operator CType(value As Double) As Circle
            Return New Circle With {.Radius = value}
        End Operator
    End Class

    Structure Point
        Public X, Y As Integer
    End Structure

    Sub Check(name As String, work As Work)
        Try
            Console.WriteLine(name & ": " & work())
        Catch e As Exception When TypeOf e IsNot OutOfMemoryException
            Console.WriteLine(name & ": " & e.GetType().Name & ": " & e.Message)
        End Try
    End Sub

    Iterator Function Squares(n As Integer) As IEnumerable(Of Integer)
        For i = 1 To n
            Yield i * i
        Next
    End Function

    Async Function Later(n As Integer) As Threading.Tasks.Task(Of Integer)
        Await Threading.Tasks.Task.Delay(1)
        Return n + 1
    End Function

    Function Count() As Integer
        Static calls As Integer = 0
        calls += 1
        Return calls
    End Function

    Function Errors() As String
        Dim text = ""
        On Error Resume Next
        Dim zero = 0
        Dim x = 1 \ zero
        text &= Err.Number & " " & Err.Description
        Err.Clear()
        text &= " " & CInt("nope")
        text &= Err.Number
        On Error GoTo 0
        Return text
    End Function

    Function Retry() As String
        Dim tries = 0
        On Error GoTo Failed
again:
        tries += 1
        If tries < 3 Then Throw New InvalidOperationException("try")
        Return "tries " & tries
Failed:
        Resume again
    End Function

    Sub Change(ByRef value As Integer)
        value += 5
    End Sub

    Sub Main(args As String())
        Check("strings", Function() Mid("abcdef", 2, 3) & Left("xyz", 2) & UCase("q") & Len("four") & InStr("hello", "l") & Replace("a-b", "-", "+") & Trim("  t ") & StrReverse("abc") & Strings.Format(1234.5, "#,##0.00"))
        Check("conversion", Function() CInt("42") + CDbl("1.5") & CStr(True) & CBool("False") & CDate("2024-05-17").ToString("yyyy-MM-dd") & Val("12abc") & Hex(255) & Oct(8) & CInt(2.5) & CInt(3.5) & Fix(-2.7) & Int(-2.7))
        Check("implicit", Function()
                              Dim o As Object = "5"
                              Dim n As Integer = o
                              Return (n + 1).ToString() & (o & 3)
                          End Function)
        Check("operators", Function() (7 \ 2) & " " & (7 Mod 3) & " " & (2 ^ 10) & " " & (5 And 3) & (5 Or 3) & (5 Xor 3) & " " & (Not 5) & " " & ("abc" Like "a*c") & " " & (1 << 4) & " " & ("a" < "b"))
        Check("late operators", Function()
                                    Dim a As Object = 3
                                    Dim b As Object = 4.5
                                    Dim c As Object = "2"
                                    Return (a + b) & " " & (a * c) & " " & (a < b) & " " & (a & c) & " " & (a ^ 2) & " " & (-b)
                                End Function)
        Check("late call", Function()
                               Dim o As Object = New Circle
                               o.Grow(3)
                               o.Radius = o.Radius + 1
                               Return o.Radius & o(4)
                           End Function)
        Check("late string", Function()
                                 Dim o As Object = "text"
                                 Return o.Length & o.Substring(1, 2) & o.ToUpper()
                             End Function)
        Check("class", Function()
                           Dim c As New Circle
                           Dim seen = 0.0
                           AddHandler c.Changed, Sub(s, v) seen = v
                           c.Grow()
                           c.Grow(2)
                           Dim d As Circle = 1.5
                           Return CType(c, IShape).Area & " " & seen & " " & (c + d).Radius & c(7)
                       End Function)
        Check("linq", Function() String.Join(",", From n In Enumerable.Range(1, 20) Where n Mod 3 = 0 Order By n Descending Let sq = n * n Select sq Take 3))
        Check("group", Function() String.Join(";", From w In "one two three four five".Split(" "c) Group w By length = w.Length Into g = Group, total = Count() Order By length Select length & "=" & total & g.First()))
        Check("anonymous", Function()
                               Dim p = New With {Key .Name = "n", .Age = 3}
                               Dim q = New With {Key .Name = "n", .Age = 4}
                               Return p.ToString() & p.Equals(q)
                           End Function)
        Check("iterator", Function() String.Join(" ", Squares(5)))
        Check("async", Function() Later(4).Result.ToString())
        Check("static", Function() Count() & Count() & Count())
        Check("on error", Function() Errors())
        Check("resume", Function() Retry())
        Check("select", Function()
                            Dim text = ""
                            For Each n In {1, 5, 12, 50}
                                Select Case n
                                    Case 1, 2 : text &= "low "
                                    Case 3 To 9 : text &= "mid "
                                    Case Is > 40 : text &= "huge "
                                    Case Else : text &= "other "
                                End Select
                            Next
                            Return text
                        End Function)
        Check("arrays", Function()
                            Dim a(2) As Integer
                            a(0) = 1
                            ReDim Preserve a(5)
                            a(5) = 9
                            Dim m(1, 2) As String
                            m(1, 2) = "m"
                            Return a.Length & a(0) & a(5) & UBound(m, 2) & m(1, 2)
                        End Function)
        Check("byref property", Function()
                                    Dim list As New List(Of Integer) From {1, 2}
                                    Change(list(1))
                                    Return list(1).ToString()
                                End Function)
        Check("xml", Function()
                         Dim x = <root a="1"><item><%= 5 + 1 %></item></root>
                         Return x.<item>.Value & x.@a
                     End Function)
        Check("collection", Function()
                                Dim c As New Collection
                                c.Add("one", "k1")
                                c.Add(2, "k2")
                                Dim text = ""
                                For Each o In c
                                    text &= o
                                Next
                                Return text & c("k1") & c(2) & c.Contains("k3")
                            End Function)
        Check("date", Function() DateAdd(DateInterval.Month, 1, #1/31/2024#).ToString("yyyy-MM-dd") & DateDiff(DateInterval.Day, #1/1/2024#, #3/1/2024#) & DatePart(DateInterval.Weekday, #5/17/2024#))
        Check("financial", Function() Pmt(0.01, 12, -1000).ToString("0.00"))
        Check("iif", Function() IIf(args.Length = 0, "none", "some") & If(Nothing, "null") & Choose(2, "a", "b", "c"))
        Check("nullable", Function()
                              Dim n As Integer? = Nothing
                              Return (n + 1).HasValue & If(n, 7)
                          End Function)
        Check("synclock", Function()
                              Dim gate As New Object
                              SyncLock gate
                                  Return "locked"
                              End SyncLock
                          End Function)
        Check("callbyname", Function() CallByName(New Circle, "Radius", CallType.Get).ToString())
        Check("exception filter", Function()
                                      Try
                                          Throw New ArgumentException("x")
                                      Catch e As Exception When e.Message = "x"
                                          Return "filtered"
                                      Finally
                                          Console.Write("finally ")
                                      End Try
                                  End Function)
    End Sub
End Module
