DROP TABLE invoice_lines;
DROP TABLE invoices;
DROP TABLE customers;
DROP TABLE tracks;
DROP TABLE albums;
DROP TABLE artists;
