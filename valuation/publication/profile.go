package publication

// Profile is what the orders look like, for whoever wants to know before they trust a
// figure. It is of the used rows. Money is exact, as text; a share is of 1.
type Profile struct {
	Customers       int64            `json:"customers"` // with a purchase
	RepeatShare     float64          `json:"repeat_share"`
	Purchases       int64            `json:"purchases"`      // customer-days
	Orders          *int64           `json:"orders"`         // order ids with a positive row; null where none is mapped
	RowsPerOrder    *float64         `json:"rows_per_order"` // positive rows
	FirstDay        string           `json:"first_day"`
	LastDay         string           `json:"last_day"`
	Days            int64            `json:"days"` // on which there are orders
	MedianPurchase  string           `json:"median_purchase"`
	Money           string           `json:"money"`
	Currency        string           `json:"currency"`
	LargestCustomer float64          `json:"largest_customer_share"` // of the money of all customers with a purchase
	Returns         Amount           `json:"returns"`                // negative rows
	StrayReturns    Amount           `json:"stray_returns"`          // those of them of an order that only another customer bought
	Files           []ProfileFile    `json:"files"`                  // in the order of the input
	Channels        []ProfileChannel `json:"channels"`               // most rows first; the first 100
	Unmapped        []string         `json:"unmapped_columns"`       // of the files, that no setting uses
}

// ProfileFile is one file of the orders.
type ProfileFile struct {
	File    string `json:"file"`
	Rows    int64  `json:"rows"`
	LastDay string `json:"last_day"`
}

// ProfileChannel is one channel of the orders, "" for none.
type ProfileChannel struct {
	Channel string `json:"channel"`
	Rows    int64  `json:"rows"`
	LastDay string `json:"last_day"`
}
