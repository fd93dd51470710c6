// Many classes times many interfaces: each call and each type test against a table that the classes tell by number.

object[] objects = new object[Table.Classes];
for (int i = 0; i < Table.Classes; i++)
{
    objects[i] = Table.Make(i);
}

long sum = 0;
int wrong = 0;
for (int i = 0; i < Table.Classes; i++)
{
    for (int k = 0; k < Table.Interfaces; k++)
    {
        int answer = Table.Call(objects[i], k);
        int expected = Table.Expected[i * Table.Interfaces + k];
        wrong += answer == expected ? 0 : 1;
        sum = sum * 31 + answer;
    }
}

Console.WriteLine($"{wrong} wrong, {sum}");

interface I0
{
    int M0();
}

interface I1
{
    int M1();
}

interface I2
{
    int M2();
}

interface I3
{
    int M3();
}

interface I4
{
    int M4()
    {
        return 9004;
    }
}

interface I5
{
    int M5();
}

interface I6
{
    int M6();
}

interface I7
{
    int M7();
}

interface I8
{
    int M8();
}

interface I9
{
    int M9()
    {
        return 9009;
    }
}

interface I10
{
    int M10();
}

interface I11
{
    int M11();
}

interface I12
{
    int M12();
}

interface I13
{
    int M13();
}

interface I14
{
    int M14()
    {
        return 9014;
    }
}

interface I15
{
    int M15();
}

class C0 : I4, I6, I10
{
    public int M6()
    {
        return 6;
    }

    public int M10()
    {
        return 10;
    }
}

class C1 : I11
{
    public int M11()
    {
        return 111;
    }
}

class C2 : I0, I1, I6, I12, I15
{
    public int M0()
    {
        return 200;
    }

    public int M1()
    {
        return 201;
    }

    public int M6()
    {
        return 206;
    }

    public int M12()
    {
        return 212;
    }

    public int M15()
    {
        return 215;
    }
}

class C3 : C0, I0, I1, I9, I13, I15
{
    public int M0()
    {
        return 300;
    }

    public int M1()
    {
        return 301;
    }

    public int M9()
    {
        return 309;
    }

    public int M13()
    {
        return 313;
    }

    public int M15()
    {
        return 315;
    }
}

class C4 : I0, I1, I6, I9, I14
{
    public int M0()
    {
        return 400;
    }

    public int M1()
    {
        return 401;
    }

    public int M6()
    {
        return 406;
    }

    public int M9()
    {
        return 409;
    }
}

class C5 : I2, I8, I13
{
    public int M2()
    {
        return 502;
    }

    public int M8()
    {
        return 508;
    }

    public int M13()
    {
        return 513;
    }
}

class C6 : C2, I1, I5, I9, I10, I13
{
    public new int M1()
    {
        return 601;
    }

    public int M5()
    {
        return 605;
    }

    public int M10()
    {
        return 610;
    }

    public int M13()
    {
        return 613;
    }
}

class C7 : C5, I1
{
    public int M1()
    {
        return 701;
    }
}

class C8 : I5, I7, I12, I13
{
    public int M5()
    {
        return 805;
    }

    public int M7()
    {
        return 807;
    }

    public int M12()
    {
        return 812;
    }

    public int M13()
    {
        return 813;
    }
}

class C9 : I3, I4, I11, I12
{
    public int M3()
    {
        return 903;
    }

    public int M11()
    {
        return 911;
    }

    public int M12()
    {
        return 912;
    }
}

class C10 : I9
{
    public int M9()
    {
        return 1009;
    }
}

class C11 : I1, I9, I13, I15
{
    public int M1()
    {
        return 1101;
    }

    public int M9()
    {
        return 1109;
    }

    public int M13()
    {
        return 1113;
    }

    public int M15()
    {
        return 1115;
    }
}

class C12 : C5, I6, I15
{
    public int M6()
    {
        return 1206;
    }

    public int M15()
    {
        return 1215;
    }
}

class C13 : C10, I10
{
    public int M10()
    {
        return 1310;
    }
}

class C14 : C5, I1, I7, I9, I12, I15
{
    public int M1()
    {
        return 1401;
    }

    public int M7()
    {
        return 1407;
    }

    public int M9()
    {
        return 1409;
    }

    public int M12()
    {
        return 1412;
    }

    public int M15()
    {
        return 1415;
    }
}

class C15 : I0, I2, I11, I13
{
    public int M0()
    {
        return 1500;
    }

    public int M2()
    {
        return 1502;
    }

    public int M11()
    {
        return 1511;
    }

    public int M13()
    {
        return 1513;
    }
}

class C16 : C14, I10, I12, I14
{
    public int M10()
    {
        return 1610;
    }

    public new int M12()
    {
        return 1612;
    }
}

class C17 : I1, I5, I9
{
    public int M1()
    {
        return 1701;
    }

    public int M5()
    {
        return 1705;
    }
}

class C18 : C9, I6, I7
{
    public int M6()
    {
        return 1806;
    }

    public int M7()
    {
        return 1807;
    }
}

class C19 : C15, I5
{
    public int M5()
    {
        return 1905;
    }
}

class C20 : C17, I4, I6, I13
{
    public int M4()
    {
        return 2004;
    }

    public int M6()
    {
        return 2006;
    }

    public int M13()
    {
        return 2013;
    }
}

class C21 : C13, I2, I3, I12
{
    public int M2()
    {
        return 2102;
    }

    public int M3()
    {
        return 2103;
    }

    public int M12()
    {
        return 2112;
    }
}

class C22 : C4, I0, I7
{
    public new int M0()
    {
        return 2200;
    }

    public int M7()
    {
        return 2207;
    }
}

class C23 : C18, I4, I8
{
    public int M8()
    {
        return 2308;
    }
}

class C24 : C11, I2, I8, I9, I10, I11
{
    public int M2()
    {
        return 2402;
    }

    public int M8()
    {
        return 2408;
    }

    public new int M9()
    {
        return 2409;
    }

    public int M10()
    {
        return 2410;
    }

    public int M11()
    {
        return 2411;
    }
}

class C25 : I6, I12, I13, I14
{
    public int M6()
    {
        return 2506;
    }

    public int M12()
    {
        return 2512;
    }

    public int M13()
    {
        return 2513;
    }
}

class C26 : I6
{
    public int M6()
    {
        return 2606;
    }
}

class C27 : C6, I1, I5, I9, I15
{
    public new int M1()
    {
        return 2701;
    }

    public new int M5()
    {
        return 2705;
    }

    public new int M15()
    {
        return 2715;
    }
}

class C28 : C4, I0, I1, I3, I5, I9
{
    public new int M0()
    {
        return 2800;
    }

    public new int M1()
    {
        return 2801;
    }

    public int M3()
    {
        return 2803;
    }

    public int M5()
    {
        return 2805;
    }

    public new int M9()
    {
        return 2809;
    }
}

class C29 : I5, I8
{
    public int M5()
    {
        return 2905;
    }

    public int M8()
    {
        return 2908;
    }
}

class C30 : I1, I3, I7, I13
{
    public int M1()
    {
        return 3001;
    }

    public int M3()
    {
        return 3003;
    }

    public int M7()
    {
        return 3007;
    }

    public int M13()
    {
        return 3013;
    }
}

class C31 : I1, I4, I7, I15
{
    public int M1()
    {
        return 3101;
    }

    public int M7()
    {
        return 3107;
    }

    public int M15()
    {
        return 3115;
    }
}

class C32 : I11, I13, I15
{
    public int M11()
    {
        return 3211;
    }

    public int M13()
    {
        return 3213;
    }

    public int M15()
    {
        return 3215;
    }
}

class C33 : C1, I2, I11
{
    public int M2()
    {
        return 3302;
    }

    public new int M11()
    {
        return 3311;
    }
}

class C34 : I9
{
    public int M9()
    {
        return 3409;
    }
}

class C35 : I2, I11, I14
{
    public int M2()
    {
        return 3502;
    }

    public int M11()
    {
        return 3511;
    }
}

static class Table
{
    public const int Classes = 36;
    public const int Interfaces = 16;

    public static readonly short[] Expected =
    [
        -1, -1, -1, -1, 9004, -1, 6, -1, -1, -1, 10, -1, -1, -1, -1, -1,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 111, -1, -1, -1, -1,
        200, 201, -1, -1, -1, -1, 206, -1, -1, -1, -1, -1, 212, -1, -1, 215,
        300, 301, -1, -1, 9004, -1, 6, -1, -1, 309, 10, -1, -1, 313, -1, 315,
        400, 401, -1, -1, -1, -1, 406, -1, -1, 409, -1, -1, -1, -1, 9014, -1,
        -1, -1, 502, -1, -1, -1, -1, -1, 508, -1, -1, -1, -1, 513, -1, -1,
        200, 601, -1, -1, -1, 605, 206, -1, -1, 9009, 610, -1, 212, 613, -1, 215,
        -1, 701, 502, -1, -1, -1, -1, -1, 508, -1, -1, -1, -1, 513, -1, -1,
        -1, -1, -1, -1, -1, 805, -1, 807, -1, -1, -1, -1, 812, 813, -1, -1,
        -1, -1, -1, 903, 9004, -1, -1, -1, -1, -1, -1, 911, 912, -1, -1, -1,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, 1009, -1, -1, -1, -1, -1, -1,
        -1, 1101, -1, -1, -1, -1, -1, -1, -1, 1109, -1, -1, -1, 1113, -1, 1115,
        -1, -1, 502, -1, -1, -1, 1206, -1, 508, -1, -1, -1, -1, 513, -1, 1215,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, 1009, 1310, -1, -1, -1, -1, -1,
        -1, 1401, 502, -1, -1, -1, -1, 1407, 508, 1409, -1, -1, 1412, 513, -1, 1415,
        1500, -1, 1502, -1, -1, -1, -1, -1, -1, -1, -1, 1511, -1, 1513, -1, -1,
        -1, 1401, 502, -1, -1, -1, -1, 1407, 508, 1409, 1610, -1, 1612, 513, 9014, 1415,
        -1, 1701, -1, -1, -1, 1705, -1, -1, -1, 9009, -1, -1, -1, -1, -1, -1,
        -1, -1, -1, 903, 9004, -1, 1806, 1807, -1, -1, -1, 911, 912, -1, -1, -1,
        1500, -1, 1502, -1, -1, 1905, -1, -1, -1, -1, -1, 1511, -1, 1513, -1, -1,
        -1, 1701, -1, -1, 2004, 1705, 2006, -1, -1, 9009, -1, -1, -1, 2013, -1, -1,
        -1, -1, 2102, 2103, -1, -1, -1, -1, -1, 1009, 1310, -1, 2112, -1, -1, -1,
        2200, 401, -1, -1, -1, -1, 406, 2207, -1, 409, -1, -1, -1, -1, 9014, -1,
        -1, -1, -1, 903, 9004, -1, 1806, 1807, 2308, -1, -1, 911, 912, -1, -1, -1,
        -1, 1101, 2402, -1, -1, -1, -1, -1, 2408, 2409, 2410, 2411, -1, 1113, -1, 1115,
        -1, -1, -1, -1, -1, -1, 2506, -1, -1, -1, -1, -1, 2512, 2513, 9014, -1,
        -1, -1, -1, -1, -1, -1, 2606, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        200, 2701, -1, -1, -1, 2705, 206, -1, -1, 9009, 610, -1, 212, 613, -1, 2715,
        2800, 2801, -1, 2803, -1, 2805, 406, -1, -1, 2809, -1, -1, -1, -1, 9014, -1,
        -1, -1, -1, -1, -1, 2905, -1, -1, 2908, -1, -1, -1, -1, -1, -1, -1,
        -1, 3001, -1, 3003, -1, -1, -1, 3007, -1, -1, -1, -1, -1, 3013, -1, -1,
        -1, 3101, -1, -1, 9004, -1, -1, 3107, -1, -1, -1, -1, -1, -1, -1, 3115,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 3211, -1, 3213, -1, 3215,
        -1, -1, 3302, -1, -1, -1, -1, -1, -1, -1, -1, 3311, -1, -1, -1, -1,
        -1, -1, -1, -1, -1, -1, -1, -1, -1, 3409, -1, -1, -1, -1, -1, -1,
        -1, -1, 3502, -1, -1, -1, -1, -1, -1, -1, -1, 3511, -1, -1, 9014, -1,
    ];

    public static object Make(int index)
    {
        return index switch
        {
            0 => new C0(),
            1 => new C1(),
            2 => new C2(),
            3 => new C3(),
            4 => new C4(),
            5 => new C5(),
            6 => new C6(),
            7 => new C7(),
            8 => new C8(),
            9 => new C9(),
            10 => new C10(),
            11 => new C11(),
            12 => new C12(),
            13 => new C13(),
            14 => new C14(),
            15 => new C15(),
            16 => new C16(),
            17 => new C17(),
            18 => new C18(),
            19 => new C19(),
            20 => new C20(),
            21 => new C21(),
            22 => new C22(),
            23 => new C23(),
            24 => new C24(),
            25 => new C25(),
            26 => new C26(),
            27 => new C27(),
            28 => new C28(),
            29 => new C29(),
            30 => new C30(),
            31 => new C31(),
            32 => new C32(),
            33 => new C33(),
            34 => new C34(),
            35 => new C35(),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };
    }

    public static int Call(object target, int index)
    {
        return index switch
        {
            0 => target is I0 i ? i.M0() : -1,
            1 => target is I1 i ? i.M1() : -1,
            2 => target is I2 i ? i.M2() : -1,
            3 => target is I3 i ? i.M3() : -1,
            4 => target is I4 i ? i.M4() : -1,
            5 => target is I5 i ? i.M5() : -1,
            6 => target is I6 i ? i.M6() : -1,
            7 => target is I7 i ? i.M7() : -1,
            8 => target is I8 i ? i.M8() : -1,
            9 => target is I9 i ? i.M9() : -1,
            10 => target is I10 i ? i.M10() : -1,
            11 => target is I11 i ? i.M11() : -1,
            12 => target is I12 i ? i.M12() : -1,
            13 => target is I13 i ? i.M13() : -1,
            14 => target is I14 i ? i.M14() : -1,
            15 => target is I15 i ? i.M15() : -1,
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };
    }
}
