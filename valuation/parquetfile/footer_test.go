package parquetfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// everyType has a column of each kind that the library can write.
type everyType struct {
	Text        string            `parquet:"text"`
	Optional    string            `parquet:"optional,optional"`
	Enum        string            `parquet:"enum,enum"`
	JSON        string            `parquet:"json,json"`
	Bytes       []byte            `parquet:"bytes"`
	UUID        [16]byte          `parquet:"uuid,uuid"`
	Boolean     bool              `parquet:"boolean"`
	Int8        int8              `parquet:"int8"`
	Int16       int16             `parquet:"int16"`
	Int32       int32             `parquet:"int32"`
	Int64       int64             `parquet:"int64"`
	Uint8       uint8             `parquet:"uint8"`
	Uint16      uint16            `parquet:"uint16"`
	Uint32      uint32            `parquet:"uint32"`
	Uint64      uint64            `parquet:"uint64"`
	Float       float32           `parquet:"float"`
	Double      float64           `parquet:"double"`
	Decimal     int64             `parquet:"decimal,decimal(2:10)"`
	Int96       deprecated.Int96  `parquet:"int96"`
	Date        int32             `parquet:"date,date"`
	Time        int64             `parquet:"time,time(microsecond:local)"`
	TimeUTC     int64             `parquet:"time_utc,time(microsecond:utc)"`
	Millis      int64             `parquet:"millis,timestamp(millisecond:local)"`
	Micros      int64             `parquet:"micros,timestamp(microsecond:local)"`
	Nanos       int64             `parquet:"nanos,timestamp(nanosecond:local)"`
	MicrosUTC   time.Time         `parquet:"micros_utc,timestamp(microsecond:utc)"`
	NanosUTC    int64             `parquet:"nanos_utc,timestamp(nanosecond:utc)"`
	Struct      nestedTypes       `parquet:"struct"`
	List        []nestedTypes     `parquet:"list,list"`
	Repeated    []int64           `parquet:"repeated"`
	RepeatGroup []nestedTypes     `parquet:"repeat_group"`
	Map         map[string]string `parquet:"map"`
	Last        string            `parquet:"last"`
}

type nestedTypes struct {
	X     int64
	Inner struct{ Y, Z string }
}

func TestReadFooterNamesTypesAsDuckDBDoes(t *testing.T) {
	path := writeFile(t, encode(t, make([]everyType, 3)))
	got, err := ReadFooter(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Footer{Rows: 3, Columns: []Column{
		{"text", "VARCHAR"},
		{"optional", "VARCHAR"},
		{"enum", "VARCHAR"},
		{"json", "VARCHAR"},
		{"bytes", "BLOB"},
		{"uuid", "UUID"},
		{"boolean", "BOOLEAN"},
		{"int8", "TINYINT"},
		{"int16", "SMALLINT"},
		{"int32", "INTEGER"},
		{"int64", "BIGINT"},
		{"uint8", "UTINYINT"},
		{"uint16", "USMALLINT"},
		{"uint32", "UINTEGER"},
		{"uint64", "UBIGINT"},
		{"float", "FLOAT"},
		{"double", "DOUBLE"},
		{"decimal", "DECIMAL(10,2)"},
		{"int96", "TIMESTAMP"},
		{"date", "DATE"},
		{"time", "TIME"},
		{"time_utc", "TIME WITH TIME ZONE"},
		{"millis", "TIMESTAMP"},
		{"micros", "TIMESTAMP"},
		{"nanos", "TIMESTAMP_NS"},
		{"micros_utc", "TIMESTAMP WITH TIME ZONE"},
		{"nanos_utc", "TIMESTAMP WITH TIME ZONE"},
		{"struct", "STRUCT"},
		{"list", "LIST"},
		{"repeated", "LIST"},
		{"repeat_group", "LIST"},
		{"map", "MAP"},
		{"last", "VARCHAR"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("footer (-want +got):\n%s", diff)
	}
}

// Older writers annotate with converted types only.
func TestTypeNameReadsConvertedTypes(t *testing.T) {
	primitive := func(physical format.Type, converted deprecated.ConvertedType) format.SchemaElement {
		return format.SchemaElement{Type: thrift.New(physical), ConvertedType: thrift.New(converted)}
	}
	decimal := primitive(format.FixedLenByteArray, deprecated.Decimal)
	decimal.Precision, decimal.Scale = thrift.New[int32](18), thrift.New[int32](4)
	tests := []struct {
		element format.SchemaElement
		want    string
	}{
		{primitive(format.ByteArray, deprecated.UTF8), "VARCHAR"},
		{primitive(format.ByteArray, deprecated.Enum), "VARCHAR"},
		{primitive(format.ByteArray, deprecated.Bson), "BLOB"},
		{primitive(format.Int32, deprecated.Date), "DATE"},
		{primitive(format.Int32, deprecated.Uint16), "USMALLINT"},
		{primitive(format.Int64, deprecated.Int64), "BIGINT"},
		{primitive(format.Int64, deprecated.TimestampMillis), "TIMESTAMP"},
		{primitive(format.Int64, deprecated.TimeMicros), "TIME"},
		{primitive(format.FixedLenByteArray, deprecated.Interval), "INTERVAL"},
		{decimal, "DECIMAL(18,4)"},
		{format.SchemaElement{ConvertedType: thrift.New(deprecated.List)}, "LIST"},
		{format.SchemaElement{ConvertedType: thrift.New(deprecated.Map)}, "MAP"},
		{format.SchemaElement{ConvertedType: thrift.New(deprecated.MapKeyValue)}, "MAP"},
	}
	for _, test := range tests {
		got, err := typeName(test.element)
		if err != nil || got != test.want {
			t.Errorf("%v: %q, %v; want %q", test.element, got, err, test.want)
		}
	}
}

func TestReadFooterSaysWhatIsWrong(t *testing.T) {
	whole := encode(t, make([]everyType, 3))
	damaged := bytes.Clone(whole)
	lengthBytes := int(binary.LittleEndian.Uint32(damaged[len(damaged)-8:]))
	clear(damaged[len(damaged)-8-lengthBytes : len(damaged)-8])

	tests := []struct {
		name    string
		content []byte
		kind    error
		want    string
	}{
		{"empty", nil, ErrNotParquet, "not a Parquet file: it is empty (0 bytes)"},
		{"text", []byte("customer,order\n1,2\n"), ErrNotParquet, `it begins with "cust" instead of "PAR1"`},
		{"two letters", []byte("a,"), ErrNotParquet, `it begins with "a,"`},
		{"magic only", []byte("PAR1"), ErrTruncated, "it has only 4 bytes"},
		{"half", whole[:len(whole)/2], ErrTruncated, `do not end with "PAR1", so the footer is missing`},
		{"head gone", append([]byte("PAR1"), whole[len(whole)-12:]...), ErrTruncated, "does not fit"},
		{"footer zeroed", damaged, ErrDamaged, "its footer cannot be decoded"},
		{"encrypted", append([]byte("PARE"), whole...), ErrEncrypted, "decrypt it first"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := writeFile(t, test.content)
			_, err := ReadFooter(path)
			if !errors.Is(err, test.kind) {
				t.Fatalf("error %v is not of the kind %v", err, test.kind)
			}
			if !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q: want the path and %q", err, test.want)
			}
		})
	}
}

func TestReadFooterOfNoFile(t *testing.T) {
	if _, err := ReadFooter(t.TempDir()); !errors.Is(err, ErrNotParquet) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := ReadFooter(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestReadFooterOfEveryTruncation(t *testing.T) {
	whole := encode(t, []struct{ Customer, Order string }{{"a", "b"}})
	for length := range whole {
		_, err := readFooter(bytes.NewReader(whole[:length]), int64(length))
		if length > 0 && !errors.Is(err, ErrTruncated) {
			t.Errorf("%d of %d bytes: %v", length, len(whole), err)
		}
	}
}

// What a footer claims must not get the memory, and what it nests must not get
// the stack: the end of the stack cannot be recovered from.
func TestReadFooterOfBoundlessClaims(t *testing.T) {
	const deep = 5_000_000
	oneElement := []byte{0x29, 0x1C} // field 2: a list of one struct
	tests := []struct {
		name   string
		footer []byte
		want   string
	}{
		{"schema length", binary.AppendUvarint([]byte{0x29, 0xFC}, 1<<31-1), "2147483647 elements"},
		{"structs in structs", append(oneElement, bytes.Repeat([]byte{0xFC}, deep)...), errTooDeep.Error()},
		{"lists in lists", append(append(oneElement, 0xF9), bytes.Repeat([]byte{0x19}, deep)...), errTooDeep.Error()},
		{"maps in maps", append(append(oneElement, 0xFB), bytes.Repeat([]byte{0x01, 0xBB}, deep)...), errTooDeep.Error()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			content := append([]byte(magic), test.footer...)
			content = binary.LittleEndian.AppendUint32(content, uint32(len(test.footer)))
			content = append(content, magic...)
			_, err := readFooter(bytes.NewReader(content), int64(len(content)))
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %.1000v, want %q", err, test.want)
			}
		})
	}
}

func FuzzReadFooter(f *testing.F) {
	whole := encode(f, make([]everyType, 2))
	f.Add(whole)
	f.Add([]byte{})
	for length := 1; length < len(whole); length += 97 {
		f.Add(whole[:length])
	}
	lengthBytes := int(binary.LittleEndian.Uint32(whole[len(whole)-8:]))
	for at := len(whole) - 8 - lengthBytes; at <= len(whole)-8; at += 7 {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 0xFF
		f.Add(flipped)
		// The same damage in a file whose ends still agree.
		shorter := append([]byte(magic), whole[at:len(whole)-8]...)
		shorter = binary.LittleEndian.AppendUint32(shorter, uint32(len(whole)-8-at))
		f.Add(append(shorter, magic...))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		footer, err := readFooter(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		if footer.Rows < 0 {
			t.Errorf("%d rows", footer.Rows)
		}
		for _, column := range footer.Columns {
			if column.Type == "" {
				t.Errorf("column %q has no type", column.Name)
			}
		}
	})
}

// encode returns a file of rows, written by the library itself.
func encode[T any](t testing.TB, rows []T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := parquet.Write(&file, rows); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func writeFile(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.parquet")
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
