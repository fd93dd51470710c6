using System.Text;
using ICSharpCode.SharpZipLib.BZip2;
using ICSharpCode.SharpZipLib.GZip;
using ICSharpCode.SharpZipLib.Tar;
using ICSharpCode.SharpZipLib.Zip;
using K4os.Compression.LZ4;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

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

var message = Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog");
var big = new byte[200_000];
for (var i = 0; i < big.Length; i++)
    big[i] = (byte)(i % 251 * (i / 1000) % 7 + i % 3);

// BouncyCastle
foreach (var name in new[] { "SHA-256", "SHA3-512", "RIPEMD160", "BLAKE2B-256", "WHIRLPOOL", "SM3", "GOST3411" })
    Check(name, () => Hex(DigestUtilities.CalculateDigest(name, message)));
foreach (var name in new[] { "HMAC-SHA512", "AESCMAC" })
    Check(name, () =>
    {
        var mac = MacUtilities.GetMac(name);
        ICipherParameters key = new KeyParameter(message.AsSpan(0, 16).ToArray());
        mac.Init(key);
        mac.BlockUpdate(message, 0, message.Length);
        return Hex(MacUtilities.DoFinal(mac));
    });
foreach (var name in new[] { "AES/CBC/PKCS7Padding", "DESede/CBC/PKCS7Padding", "Blowfish/CTR/NoPadding", "Camellia/CBC/PKCS7Padding", "ChaCha", "Twofish/ECB/PKCS7Padding" })
    Check(name, () =>
    {
        var cipher = CipherUtilities.GetCipher(name);
        var key = ParameterUtilities.CreateKeyParameter(name.Split('/')[0], message, 0, name.StartsWith("DESede") ? 24 : 16);
        var size = name == "ChaCha" ? 8 : cipher.GetBlockSize();
        ICipherParameters parameters = name.Contains("ECB") ? key : new ParametersWithIV(key, message, 0, size);
        cipher.Init(true, parameters);
        var secret = cipher.DoFinal(message);
        cipher.Init(false, parameters);
        return Hex(secret) + " " + Encoding.UTF8.GetString(cipher.DoFinal(secret));
    });
Check("GCM", () =>
{
    var gcm = new GcmBlockCipher(new AesEngine());
    gcm.Init(true, new AeadParameters(new KeyParameter(new byte[16]), 128, new byte[12], message));
    var output = new byte[gcm.GetOutputSize(message.Length)];
    var n = gcm.ProcessBytes(message, 0, message.Length, output, 0);
    gcm.DoFinal(output, n);
    return Hex(output);
});
var random = new SecureRandom(new Org.BouncyCastle.Crypto.Prng.DigestRandomGenerator(new Sha256Digest()));
random.SetSeed(message);
Check("RSA", () =>
{
    var generator = new RsaKeyPairGenerator();
    generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), random, 1024, 80));
    var pair = generator.GenerateKeyPair();
    var signer = SignerUtilities.GetSigner("SHA256withRSA");
    signer.Init(true, pair.Private);
    signer.BlockUpdate(message, 0, message.Length);
    var signature = signer.GenerateSignature();
    var verifier = SignerUtilities.GetSigner("SHA256withRSA");
    verifier.Init(false, pair.Public);
    verifier.BlockUpdate(message, 0, message.Length);
    return signature.Length + " " + verifier.VerifySignature(signature);
});
Check("certificate", () =>
{
    var generator = GeneratorUtilities.GetKeyPairGenerator("ECDSA");
    generator.Init(new ECKeyGenerationParameters(SecObjectIdentifiers.SecP256r1, random));
    var pair = generator.GenerateKeyPair();
    var certificates = new X509V3CertificateGenerator();
    certificates.SetSerialNumber(BigInteger.ValueOf(42));
    certificates.SetIssuerDN(new X509Name("CN=Issuer,O=Test,C=DE"));
    certificates.SetSubjectDN(new X509Name("CN=Subject,OU=Unit"));
    certificates.SetNotBefore(new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    certificates.SetNotAfter(new DateTime(2034, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    certificates.SetPublicKey(pair.Public);
    certificates.AddExtension(X509Extensions.BasicConstraints, true, new BasicConstraints(true));
    certificates.AddExtension(X509Extensions.KeyUsage, true, new KeyUsage(KeyUsage.DigitalSignature | KeyUsage.KeyCertSign));
    var certificate = certificates.Generate(new Asn1SignatureFactory("SHA256WITHECDSA", pair.Private, random));
    certificate.Verify(pair.Public);
    var text = new StringWriter();
    using (var writer = new PemWriter(text))
        writer.WriteObject(certificate);
    var back = (Org.BouncyCastle.X509.X509Certificate)new PemReader(new StringReader(text.ToString())).ReadObject();
    return $"{back.SubjectDN} | {back.IssuerDN} | {back.SerialNumber} | {back.SigAlgName} | {back.NotAfter:u} | {back.GetBasicConstraints()} | {back.Equals(certificate)}";
});
Check("Ed25519", () =>
{
    var key = new Ed25519PrivateKeyParameters(message, 0);
    var signer = new Ed25519Signer();
    signer.Init(true, key);
    signer.BlockUpdate(message, 0, message.Length);
    return Hex(signer.GenerateSignature());
});
Check("X25519", () =>
{
    var a = new X25519PrivateKeyParameters(message, 0);
    var b = new X25519PrivateKeyParameters(message, 5);
    var secret = new byte[32];
    a.GenerateSecret(b.GeneratePublicKey(), secret, 0);
    return Hex(secret);
});
Check("scrypt", () => Hex(SCrypt.Generate(message, [1, 2, 3], 64, 8, 1, 24)));
Check("bcrypt", () => OpenBsdBCrypt.Generate("password".ToCharArray(), message.AsSpan(0, 16).ToArray(), 4));
Check("PBKDF2", () =>
{
    var generator = new Pkcs5S2ParametersGenerator(new Sha256Digest());
    generator.Init(message, new byte[] { 1, 2, 3, 4 }, 100);
    return Hex(((KeyParameter)generator.GenerateDerivedParameters("AES", 256)).GetKey());
});
Check("ASN.1", () =>
{
    var sequence = new DerSequence(new DerInteger(5), new DerOctetString(message), new DerUtf8String("ü"), DerBoolean.True, new DerTaggedObject(3, DerNull.Instance));
    var bytes = sequence.GetEncoded();
    return Hex(bytes.AsSpan(0, 12).ToArray()) + " " + Asn1Object.FromByteArray(bytes);
});
Check("BigInteger", () => new BigInteger("123456789012345678901234567890").ModPow(BigInteger.ValueOf(65537), new BigInteger("99999999999999999999999999999999977")).ToString());

// SharpZipLib
Check("zip", () =>
{
    var stream = new MemoryStream();
    using (var zip = new ZipOutputStream(stream) { IsStreamOwner = false, Password = "secret" })
    {
        zip.SetLevel(9);
        foreach (var (name, data) in new[] { ("a.txt", message), ("dir/big.bin", big) })
        {
            zip.PutNextEntry(new ZipEntry(name) { DateTime = new DateTime(2020, 5, 17, 10, 20, 30), AESKeySize = name[0] == 'a' ? 256 : 0 });
            zip.Write(data, 0, data.Length);
            zip.CloseEntry();
        }
    }
    stream.Position = 0;
    var result = new StringBuilder();
    using var file = new ZipFile(stream) { Password = "secret" };
    foreach (ZipEntry entry in file)
    {
        var content = new MemoryStream();
        file.GetInputStream(entry).CopyTo(content);
        result.Append($"{entry.Name} {entry.Size} {content.Length} {content.ToArray().AsSpan().SequenceEqual(entry.Size == big.Length ? big : message)}; ");
    }
    return result.ToString();
});
Check("gzip, tar", () =>
{
    var stream = new MemoryStream();
    using (var gzip = new GZipOutputStream(stream) { IsStreamOwner = false })
    using (var tar = new TarOutputStream(gzip, Encoding.UTF8))
    {
        var entry = TarEntry.CreateTarEntry("folder/file.bin");
        entry.Size = big.Length;
        tar.PutNextEntry(entry);
        tar.Write(big, 0, big.Length);
        tar.CloseEntry();
    }
    stream.Position = 0;
    using var input = new TarInputStream(new GZipInputStream(stream), Encoding.UTF8);
    var read = input.GetNextEntry();
    var content = new MemoryStream();
    input.CopyEntryContents(content);
    return read.Name + " " + content.ToArray().AsSpan().SequenceEqual(big);
});
Check("bzip2", () =>
{
    var stream = new MemoryStream();
    BZip2.Compress(new MemoryStream(big), stream, false, 9);
    var content = new MemoryStream();
    var packed = stream.ToArray();
    BZip2.Decompress(new MemoryStream(packed), content, false);
    return packed.Length + " " + content.ToArray().AsSpan().SequenceEqual(big);
});

// Zstandard, LZ4, hashes
foreach (var level in new[] { 1, 3, 12, 19 })
    Check("zstd " + level, () =>
    {
        using var compressor = new ZstdSharp.Compressor(level);
        var packed = compressor.Wrap(big).ToArray();
        using var decompressor = new ZstdSharp.Decompressor();
        return packed.Length + " " + decompressor.Unwrap(packed).SequenceEqual(big);
    });
foreach (var level in new[] { LZ4Level.L00_FAST, LZ4Level.L03_HC, LZ4Level.L12_MAX })
    Check("lz4 " + level, () =>
    {
        var packed = LZ4Pickler.Pickle(big, level);
        return packed.Length + " " + LZ4Pickler.Unpickle(packed).AsSpan().SequenceEqual(big);
    });
Check("XxHash", () => Hex(System.IO.Hashing.XxHash3.Hash(big)) + " " + Hex(System.IO.Hashing.XxHash128.Hash(message)) + " " + Hex(System.IO.Hashing.Crc64.Hash(big)) + " " + System.IO.Hashing.Crc32.HashToUInt32(big));
