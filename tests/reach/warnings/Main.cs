// Runs every snippet, so that all of them are compiled.
namespace Snippets;
static class Program
{
    static void Main(string[] args)
    {
        UnknownTypeName.Run(args[0]);
        UnannotatedParameter.Run(args[0]);
        GetTypeResult.Run(args[0]);
        RequiresUnreferencedCode.Run(args[0]);
        RequiresDynamicCode.Run(args[0]);
        MakeGenericType.Run(args[0]);
        MakeGenericMethod.Run(args[0]);
        AssemblyLocation.Run(args[0]);
        ActivatorUnknown.Run(args[0]);
        GenericConstraint.Run(args[0]);
        OverrideMismatch.Run(args[0]);
        ExpressionByName.Run(args[0]);
        EnumGetValues.Run(args[0]);
        MarshalStructure.Run(args[0]);
        JsonReflection.Run(args[0]);
        ComImport.Run(args[0]);
        CurrentMethod.Run(args[0]);
        ReflectionEmit.Run(args[0]);
        DynamicDependency.Run(args[0]);
        MissingMember.Run(args[0]);
        ReturnAndField.Run(args[0]);
        DynamicKeyword.Run(args[0]);
        BadAnnotation.Run(args[0]);
        Suppressed.Run(args[0]);
        RequiresOnType.Run(args[0]);
        MakeGenericUnknown.Run(args[0]);
        DerivedFromRequires.Run(args[0]);
        RunClassConstructorAndNested.Run(args[0]);
        LocalFunctionsAndLambdas.Run(args[0]);
        PropertyAnnotations.Run(args[0]);
        PropertyBackingField.Run(args[0]);
        AnnotatedByReflection.Run(args[0]);
        AnnotatedType.Run(args[0]);
        StaticConstructor.Run(args[0]);
        ReflectionOfRequires.Run(args[0]);
        GenericArguments.Run(args[0]);
        Dependencies.Run(args[0]);
    }
}
