// Numbers of Internal.Runtime that CoreLib's readers of the module's blobs know (corelib-contract.md).
#pragma once

/// ReflectionMapBlob: sections of the module header.
enum {
    BLOB_TypeMap = 1,
    BLOB_ArrayMap = 2,
    BLOB_PointerTypeMap = 3,
    BLOB_FunctionPointerTypeMap = 4,
    BLOB_InvokeMap = 6,
    BLOB_VirtualInvokeMap = 7,
    BLOB_CommonFixupsTable = 8,
    BLOB_FieldAccessMap = 9,
    BLOB_CctorContextMap = 10,
    BLOB_ByRefTypeMap = 11,
    BLOB_EmbeddedMetadata = 13,
    BLOB_StructMarshallingStubMap = 16,
    BLOB_DelegateMarshallingStubMap = 17,
    BLOB_GenericVirtualMethodTable = 18,
    BLOB_InterfaceGenericVirtualMethodTable = 19,
    BLOB_TypeTemplateMap = 21,
    BLOB_GenericMethodsTemplateMap = 22,
    BLOB_ResourceIndex = 24,
    BLOB_ResourceData = 25,
    BLOB_StackTraceMethodRvaToTokenMapping = 27,
    BLOB_NativeLayoutInfo = 30,
    BLOB_NativeReferences = 31,
    BLOB_GenericsHashtable = 32,
    BLOB_NativeStatics = 33,
    BLOB_StaticsInfoHashtable = 34,
};

/// BagElementKind: what templates and the table of statics tell about a type.
enum {
    BAG_End = 0,
    BAG_BaseType = 1,
    BAG_ImplementedInterfaces = 2,
    BAG_NonGcStaticData = 66,
    BAG_GcStaticData = 67,
    BAG_NonGcStaticDataSize = 68,
    BAG_GcStaticDataSize = 69,
    BAG_GcStaticDesc = 70,
    BAG_ThreadStaticDataSize = 71,
    BAG_ThreadStaticDesc = 72,
    BAG_ThreadStaticIndex = 73,
    BAG_ClassConstructorPointer = 78,
};
