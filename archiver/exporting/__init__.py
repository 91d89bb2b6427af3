"""What ``archiver export`` makes of the archive beside text: Parquet files and whole sites."""
