package parquetfile

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The fields of the format's FileMetaData that a footer needs. The row groups
// come after them, and can be most of the bytes.
const (
	versionField = 1
	schemaField  = 2
	rowsField    = 3
)

// Limits on what a footer may claim. The library's own decoder allocates the
// length of a list before it reads the first element, and descends without end
// into fields it does not know.
const (
	maxSchemaElements = 100_000
	maxSchemaFields   = 15 * maxSchemaElements
	maxSchemaLists    = 1000 // a schema is one; unknown fields may hold others
)

// decodeFooter returns the schema, a tree written depth first, and the number
// of rows. A panic of the decoder, which damaged bytes can cause, becomes an
// error.
func decodeFooter(encoded []byte) (schema []format.SchemaElement, rows int64, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%v", fault)
		}
	}()
	var protocol thrift.CompactProtocol
	reader := &limitedReader{BytesReader: protocol.NewReaderFromBytes(encoded)}
	for id := int16(0); ; {
		field, err := reader.ReadField()
		if err != nil {
			return nil, 0, err
		}
		if field.Delta {
			field.ID += id
		}
		id = field.ID
		switch {
		case id == versionField && field.Type == thrift.I32:
			_, err = reader.ReadInt32()
		case id == schemaField && field.Type == thrift.LIST:
			schema, err = decodeSchema(reader)
		case id == rowsField && field.Type == thrift.I64 && schema != nil:
			rows, err = reader.ReadInt64()
			return schema, rows, err
		default:
			// Fields are written in the order of their numbers.
			err = fmt.Errorf("field %d of type %v instead of the schema and the number of rows", id, field.Type)
		}
		if err != nil {
			return nil, 0, err
		}
	}
}

func decodeSchema(reader *limitedReader) ([]format.SchemaElement, error) {
	list, err := reader.ReadList()
	if err != nil {
		return nil, err
	}
	if list.Type != thrift.STRUCT || list.Size > maxSchemaElements {
		return nil, fmt.Errorf("the schema is a list of %d elements of type %v; the limit is %d structs",
			list.Size, list.Type, maxSchemaElements)
	}
	decoder := thrift.NewDecoder(reader)
	schema := []format.SchemaElement{}
	for range list.Size {
		var element format.SchemaElement
		if err := decoder.Decode(&element); err != nil {
			return nil, err
		}
		schema = append(schema, element)
	}
	return schema, nil
}

var errTooDeep = errors.New("the schema holds more fields or lists than a schema can")

// A limitedReader bounds how many fields and lists are read, and with them how
// deep the decoder can descend.
type limitedReader struct {
	thrift.BytesReader
	fields int
	lists  int
}

func (r *limitedReader) ReadField() (thrift.Field, error) {
	if r.fields++; r.fields > maxSchemaFields {
		return thrift.Field{}, errTooDeep
	}
	return r.BytesReader.ReadField()
}

func (r *limitedReader) ReadList() (thrift.List, error) {
	if r.lists++; r.lists > maxSchemaLists {
		return thrift.List{}, errTooDeep
	}
	return r.BytesReader.ReadList()
}

func (r *limitedReader) ReadSet() (thrift.Set, error) {
	list, err := r.ReadList()
	return thrift.Set(list), err
}

func (r *limitedReader) ReadMap() (thrift.Map, error) {
	if r.lists++; r.lists > maxSchemaLists {
		return thrift.Map{}, errTooDeep
	}
	return r.BytesReader.ReadMap()
}

// Discard is how the decoder skips bytes; it looks for the method by name.
func (r *limitedReader) Discard(n int) (int, error) {
	return r.BytesReader.(interface{ Discard(int) (int, error) }).Discard(n)
}
