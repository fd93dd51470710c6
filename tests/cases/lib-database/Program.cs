using System.Text;
using Dapper;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using MemoryPack;
using Microsoft.Data.Sqlite;
using nietras.SeparatedValues;

static void Check(string what, Func<string> test)
{
    try
    {
        Console.WriteLine($"{what}: {test()}");
    }
    catch (Exception e)
    {
        Console.WriteLine($"{what}: {e.GetType()}: {e.Message}");
        Console.Error.WriteLine(e);
    }
}

// Microsoft.Data.Sqlite
using var connection = new SqliteConnection("Data Source=:memory:");
Check("open", () =>
{
    connection.Open();
    return connection.State + " " + (Version.Parse(connection.ServerVersion) > new Version(3, 30));
});
Check("create", () =>
{
    using var command = connection.CreateCommand();
    command.CommandText = "create table item (id integer primary key, name text not null, price real, data blob, day text); create index byName on item(name)";
    return command.ExecuteNonQuery().ToString();
});
Check("insert", () =>
{
    using var transaction = connection.BeginTransaction();
    using var command = connection.CreateCommand();
    command.CommandText = "insert into item (name, price, data, day) values ($name, $price, $data, $day)";
    var name = command.Parameters.Add("$name", SqliteType.Text);
    var price = command.Parameters.Add("$price", SqliteType.Real);
    var data = command.Parameters.Add("$data", SqliteType.Blob);
    var day = command.Parameters.Add("$day", SqliteType.Text);
    var rows = 0;
    for (var i = 0; i < 100; i++)
    {
        name.Value = "item " + i % 10 + " ü";
        price.Value = i % 7 == 0 ? DBNull.Value : i * 1.25;
        data.Value = Encoding.UTF8.GetBytes(new string('x', i));
        day.Value = new DateTime(2024, 1, 1).AddDays(i);
        rows += command.ExecuteNonQuery();
    }
    transaction.Commit();
    return rows.ToString();
});
Check("select", () =>
{
    using var command = connection.CreateCommand();
    command.CommandText = "select name, count(*), sum(price), max(day), max(length(data)) from item group by name having count(price) > 8 order by 1 desc";
    using var reader = command.ExecuteReader();
    var text = new StringBuilder();
    while (reader.Read())
        text.Append($"{reader.GetString(0)},{reader.GetInt32(1)},{reader.GetDouble(2)},{reader.GetDateTime(3):yyyy-MM-dd},{reader.GetFieldValue<long>(4)},{reader.GetDataTypeName(0)},{reader.GetFieldType(2).Name};");
    return text.ToString();
});
Check("function", () =>
{
    connection.CreateFunction("reverse", (string s) => new string(s.Reverse().ToArray()), true);
    connection.CreateAggregate("product", 1.0, (double acc, double value) => acc * value);
    connection.CreateCollation("length", (a, b) => a.Length - b.Length);
    using var command = connection.CreateCommand();
    command.CommandText = "select reverse(name) || (select product(id) from item where id < 6) || (select 'a' = 'b' collate length) from item where id = 4";
    return (string)command.ExecuteScalar()!;
});
Check("error", () =>
{
    using var command = connection.CreateCommand();
    command.CommandText = "insert into item (name) values (null)";
    return command.ExecuteNonQuery().ToString();
});
Check("blob", () =>
{
    using var blob = new SqliteBlob(connection, "item", "data", 50);
    var buffer = new byte[10];
    blob.ReadExactly(buffer);
    return blob.Length + Encoding.UTF8.GetString(buffer);
});
Check("backup", () =>
{
    using var other = new SqliteConnection("Data Source=copy;Mode=Memory;Cache=Shared");
    other.Open();
    connection.BackupDatabase(other);
    using var command = new SqliteCommand("select count(*) from item", other);
    return command.ExecuteScalar() + " " + other.GetSchema("MetaDataCollections").Rows.Count;
});
Check("dapper", () => string.Join(";", Store.Cheap(connection, 20).Select(i => i.Id + i.Name + i.Price)) + " " + Store.Count(connection, "item 3 ü"));

// Sep
Check("sep", () =>
{
    using var reader = Sep.Reader().FromText("A;B;C\n1;x;2.5\n2;\"y;z\";3.5\n");
    var text = "";
    foreach (var row in reader)
        text += row["A"].Parse<int>() + row["C"].Parse<double>() + " " + row["B"].ToString() + "|";
    using var writer = Sep.New(',').Writer().ToText();
    for (var i = 0; i < 3; i++)
    {
        using var row = writer.NewRow();
        row["n"].Format(i);
        row["square"].Set($"{i * i}");
    }
    return text + writer.ToString().Replace("\n", "/");
});

// MemoryPack
Check("memorypack", () =>
{
    var value = new Packed { Id = Guid.Empty, Numbers = [1, 2, 3], Inner = new() { Text = "äöü", Map = new() { [1] = "one" } }, Kinds = [DayOfWeek.Friday] };
    var bytes = MemoryPackSerializer.Serialize(value);
    var back = MemoryPackSerializer.Deserialize<Packed>(bytes)!;
    return bytes.Length + " " + back.Numbers.Sum() + back.Inner!.Text + back.Inner.Map[1] + back.Kinds[0] + " " + back.Calls;
});

Check("memorypack union", () =>
{
    IUnion value = new UnionB { Value = 2.5 };
    var back = MemoryPackSerializer.Deserialize<IUnion>(MemoryPackSerializer.Serialize(value));
    return back!.GetType() + " " + ((UnionB)back).Value;
});

// Google.Protobuf: well-known types, reflection, JSON
Check("protobuf", () =>
{
    var message = new Struct { Fields = { ["a"] = Value.ForNumber(1.5), ["b"] = Value.ForList(Value.ForString("x"), Value.ForBool(true), Value.ForNull()) } };
    var any = Any.Pack(Timestamp.FromDateTime(new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc)));
    var bytes = message.ToByteArray();
    var back = Struct.Parser.ParseFrom(bytes);
    return bytes.Length + " " + back.Equals(message) + " " + back + " " + any.Unpack<Timestamp>().ToDateTime().ToString("O") + " " + any.TypeUrl;
});
Check("protobuf json", () =>
{
    var registry = TypeRegistry.FromMessages(Duration.Descriptor, Timestamp.Descriptor);
    var formatter = new JsonFormatter(new JsonFormatter.Settings(true, registry));
    var parsed = JsonParser.Default.Parse<Struct>("{\"n\": [1, {\"k\": null}], \"s\": \"t\"}");
    return parsed.Fields["n"].ListValue.Values.Count + formatter.Format(Any.Pack(Duration.FromTimeSpan(TimeSpan.FromSeconds(90.5)))) + formatter.Format(new FieldMask { Paths = { "a.b", "c" } });
});
Check("protobuf descriptors", () => string.Join(",", FileDescriptorProto.Descriptor.Fields.InDeclarationOrder().Select(f => f.Name + ":" + f.FieldType)) + " " + Timestamp.Descriptor.File.Name + " " + new FileDescriptorProto { Name = "n", Dependency = { "d" } });
Check("protobuf bad", () => Struct.Parser.ParseFrom([10, 200]).ToString());

static class Store
{
    [DapperAot]
    public static List<Item> Cheap(SqliteConnection connection, double price) => connection.Query<Item>("select id, name, price from item where price < @price order by id", new { price }).ToList();

    [DapperAot]
    public static long Count(SqliteConnection connection, string name) => connection.QuerySingle<long>("select count(*) from item where name = @name", new { name });
}

public class Item
{
    public long Id { get; set; }
    public string Name { get; set; } = "";
    public double Price { get; set; }
}

[MemoryPackable]
public partial class Packed
{
    public Guid Id { get; set; }
    public int[] Numbers { get; set; } = [];
    public Inner? Inner { get; set; }
    public List<DayOfWeek> Kinds { get; set; } = [];
    [MemoryPackIgnore]
    public int Calls { get; private set; }

    [MemoryPackOnDeserialized]
    private void Done() => Calls++;
}

[MemoryPackable]
public partial class Inner
{
    public string Text { get; set; } = "";
    public Dictionary<int, string> Map { get; set; } = [];
}

[MemoryPackable]
[MemoryPackUnion(0, typeof(UnionA))]
[MemoryPackUnion(1, typeof(UnionB))]
public partial interface IUnion;

[MemoryPackable]
public partial class UnionA : IUnion
{
    public int Value { get; set; }
}

[MemoryPackable]
public partial class UnionB : IUnion
{
    public double Value { get; set; }
}
